package dev.lanekeeper.monitor;

import dev.lanekeeper.monitor.Monitor.Running;
import dev.lanekeeper.run.ActiveRun;
import dev.lanekeeper.run.ActiveRun.Working;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.boot.health.contributor.Health;

/**
 * Down when nothing new is started here (no lease, no job server), a handler ignores its timeout or a run hangs, however many others
 * live; degraded when a handler without a timeout has been running for very long.
 */
final class WorkersHealth extends NodeHealth {

    private final Duration runningWarning;

    WorkersHealth(Monitor monitor, Duration runningWarning) {
        super(monitor);
        this.runningWarning = runningWarning;
    }

    @Override
    void check(Running running, Health.Builder health) {
        var node = running.node();
        var stuck = Stuck.ignoringTimeout(running);
        var slow = node.runs().stream()
                .map(ActiveRun::working)
                .filter(Objects::nonNull)
                .filter(c -> !stuck.contains(c) && c.elapsed().compareTo(runningWarning) >= 0)
                .toList();
        var problems = Stuck.workersProblems(running);
        if (!problems.isEmpty()) {
            health.down().withDetail("problems", problems);
        } else if (!slow.isEmpty()) {
            health.status(DEGRADED);
        } else {
            health.up();
        }
        health.withDetail("workers", node.workers()).withDetail("busy", node.busyWorkers());
        show(health, "ignoringTimeout", stuck);
        show(health, "running", slow);
    }

    private static void show(Health.Builder health, String name, List<Working> calls) {
        if (!calls.isEmpty()) {
            health.withDetail(name, calls.stream().map(WorkersHealth::call).toList());
        }
    }

    private static Map<String, Object> call(Working call) {
        return Map.of(
                "handler", call.handler(),
                "item", call.item().itemId(),
                "thread", call.thread().getName(),
                "elapsed", call.elapsed().toString());
    }
}
