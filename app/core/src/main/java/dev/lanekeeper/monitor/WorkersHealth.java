package dev.lanekeeper.monitor;

import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.handler.Handlers;
import dev.lanekeeper.monitor.Monitor.Running;
import dev.lanekeeper.run.ActiveRun;
import dev.lanekeeper.run.ActiveRun.Working;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Health;

/**
 * Down when nothing new is started here (no lease, no job server) or a handler ignores its timeout; degraded when a handler
 * without one has been running for very long.
 */
final class WorkersHealth extends NodeHealth {

    /** A handler that was interrupted has this long to notice. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final Duration runningWarning;

    WorkersHealth(Monitor monitor, Duration runningWarning) {
        super(monitor);
        this.runningWarning = runningWarning;
    }

    @Override
    void check(Running running, Health.Builder health) {
        var node = running.node();
        var calls = node.runs().stream()
                .map(ActiveRun::working)
                .filter(Objects::nonNull)
                .toList();
        var stuck = calls.stream()
                .filter(c -> ignoresTimeout(c, running.handlers()))
                .toList();
        var slow = calls.stream()
                .filter(c -> !stuck.contains(c) && c.elapsed().compareTo(runningWarning) >= 0)
                .toList();
        var problems = new ArrayList<String>();
        if (!node.isJobServerRunning()) {
            problems.add("JobRunr's server does not run");
        }
        if (!node.life().mayStart()) {
            problems.add("The heartbeat has not reached the database for too long: nothing new is started");
        }
        if (!stuck.isEmpty()) {
            problems.add("A handler ignores its timeout and keeps its worker");
        }
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

    private static boolean ignoresTimeout(Working call, Handlers handlers) {
        var handler = handlers.find(call.handler());
        var timeout = timeout(handler);
        return timeout != null && call.elapsed().compareTo(timeout.plus(GRACE)) > 0;
    }

    private static @Nullable Duration timeout(@Nullable HandlerDefinition handler) {
        return handler == null ? null : handler.limits().timeout();
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
