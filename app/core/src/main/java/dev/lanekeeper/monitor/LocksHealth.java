package dev.lanekeeper.monitor;

import dev.lanekeeper.monitor.Monitor.Running;
import org.springframework.boot.health.contributor.Health;

/** Degraded while the Redis does not answer in which locks are shared with other applications. */
final class LocksHealth extends NodeHealth {

    LocksHealth(Monitor monitor) {
        super(monitor);
    }

    @Override
    void check(Running running, Health.Builder health) {
        var locks = running.node().locks();
        var status = locks.status();
        if (status.awaySince() == null) {
            health.up();
        } else {
            health.status(DEGRADED).withDetail("awaySince", status.awaySince());
        }
        if (locks.isUsed()) {
            health.withDetail("held", status.held());
        }
    }
}
