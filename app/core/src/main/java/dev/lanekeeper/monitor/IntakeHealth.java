package dev.lanekeeper.monitor;

import dev.lanekeeper.intake.kafka.IntakeStatus;
import dev.lanekeeper.intake.kafka.IntakeStatus.State;
import dev.lanekeeper.monitor.Monitor.Running;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.health.contributor.Health;

/**
 * Down when a person must act (a partition has stopped, consumers die one after the other), degraded while a handler waits
 * for Kafka.
 */
final class IntakeHealth extends NodeHealth {

    IntakeHealth(Monitor monitor) {
        super(monitor);
    }

    @Override
    void check(Running running, Health.Builder health) {
        var intakes = running.intakes();
        judge(intakes == null ? List.of() : intakes.status(), health);
    }

    static void judge(List<IntakeStatus> intakes, Health.Builder health) {
        if (intakes.stream().anyMatch(i -> !i.healthy())) {
            health.down();
        } else if (intakes.stream().anyMatch(i -> i.state() == State.WAITING_FOR_KAFKA)) {
            health.status(DEGRADED);
        } else {
            health.up();
        }
        intakes.forEach(i -> health.withDetail(i.handlerId(), details(i)));
    }

    private static Map<String, Object> details(IntakeStatus intake) {
        var details = new LinkedHashMap<String, Object>();
        details.put("state", intake.state().name());
        var reason = intake.reason();
        if (reason != null) {
            details.put("reason", reason);
        }
        details.put("consumersReplaced", intake.consumersReplaced());
        var stopped = new LinkedHashMap<String, String>();
        for (var consumer : intake.consumers()) {
            for (var partition : consumer.partitions()) {
                var why = partition.stoppedReason();
                if (why != null) {
                    stopped.put(partition.topic() + "-" + partition.partition(), why);
                }
            }
        }
        if (!stopped.isEmpty()) {
            details.put("stoppedPartitions", stopped);
        }
        return details;
    }
}
