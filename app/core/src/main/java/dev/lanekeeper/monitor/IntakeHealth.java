package dev.lanekeeper.monitor;

import dev.lanekeeper.intake.kafka.IntakeStatus;
import dev.lanekeeper.intake.kafka.IntakeStatus.State;
import dev.lanekeeper.monitor.Monitor.Running;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.health.contributor.Health;

/**
 * The intake of one handler: down when a person must act (a partition has stopped, consumers die one after the other) or a consumer
 * hangs; degraded while it waits for Kafka.
 */
final class IntakeHealth extends NodeHealth {

    private final String handlerId;

    IntakeHealth(Monitor monitor, String handlerId) {
        super(monitor);
        this.handlerId = handlerId;
    }

    @Override
    void check(Running running, Health.Builder health) {
        var intakes = running.intakes();
        if (intakes == null) {
            health.unknown().withDetail("reason", "This node takes nothing in");
        } else {
            judge(intakes.status(handlerId), health);
        }
    }

    static void judge(IntakeStatus intake, Health.Builder health) {
        var stuck = Stuck.intakeProblems(intake);
        if (!intake.healthy() || !stuck.isEmpty()) {
            health.down();
        } else if (intake.state() == State.WAITING_FOR_KAFKA) {
            health.status(DEGRADED);
        } else {
            health.up();
        }
        if (!stuck.isEmpty()) {
            health.withDetail("problems", stuck);
        }
        details(intake).forEach(health::withDetail);
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
