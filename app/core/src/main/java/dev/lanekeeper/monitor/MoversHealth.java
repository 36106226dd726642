package dev.lanekeeper.monitor;

import dev.lanekeeper.intake.outbox.MoverStatus;
import dev.lanekeeper.monitor.Monitor.Running;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.health.contributor.Health;

/**
 * The movers of the outbox: down when one of them has ended or has not looked for a minute longer than it waits between two looks,
 * however many others live;
 * degraded while one cannot go on and tries again. Only looks that the database has answered count as a beat.
 */
final class MoversHealth extends NodeHealth {

    MoversHealth(Monitor monitor) {
        super(monitor);
    }

    @Override
    void check(Running running, Health.Builder health) {
        var movers = running.movers();
        if (movers == null) {
            health.unknown().withDetail("reason", "This node moves nothing");
        } else {
            judge(movers.status(), health);
        }
    }

    static void judge(List<MoverStatus> movers, Health.Builder health) {
        if (movers.stream().anyMatch(m -> !m.alive() || m.sinceBeat().compareTo(m.silentAfter()) >= 0)) {
            health.down();
        } else if (movers.stream().anyMatch(m -> m.problem() != null)) {
            health.status(DEGRADED);
        } else {
            health.up();
        }
        movers.forEach(m -> health.withDetail("mover " + m.number(), details(m)));
    }

    private static Map<String, Object> details(MoverStatus mover) {
        var details = new LinkedHashMap<String, Object>();
        details.put("alive", mover.alive());
        details.put("sinceBeat", mover.sinceBeat().toString());
        details.put("moved", mover.moved());
        details.put("refused", mover.refused());
        var problem = mover.problem();
        if (problem != null) {
            details.put("problem", problem);
        }
        return details;
    }
}
