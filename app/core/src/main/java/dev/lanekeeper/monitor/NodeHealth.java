package dev.lanekeeper.monitor;

import dev.lanekeeper.monitor.Monitor.Running;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * The health of one part of this node; unknown while the node does not run.
 *
 * <p>Asked by whoever reads the application's health, on their thread.
 */
abstract class NodeHealth extends AbstractHealthIndicator {

    /** Somebody should look, but it works; unless the application says otherwise, the total stays up. */
    static final Status DEGRADED = new Status("DEGRADED");

    private final Monitor monitor;

    NodeHealth(Monitor monitor) {
        this.monitor = monitor;
    }

    @Override
    protected final void doHealthCheck(Health.Builder health) {
        var running = monitor.running();
        if (running.isPresent()) {
            check(running.get(), health);
        } else {
            health.unknown().withDetail("reason", "Lanekeeper does not run");
        }
    }

    abstract void check(Running running, Health.Builder health);
}
