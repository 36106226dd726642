package dev.lanekeeper.monitor;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Whether this node is at work: out of service before everything was started, and again before anything is stopped. Unknown, which
 * does no harm, in an application without handlers.
 */
final class ReadinessHealth extends AbstractHealthIndicator {

    private final Monitor monitor;

    ReadinessHealth(Monitor monitor) {
        this.monitor = monitor;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        if (!monitor.hasHandlers()) {
            health.unknown().withDetail("reason", "Lanekeeper has no handlers");
            return;
        }
        switch (monitor.phase()) {
            case AT_WORK -> health.up();
            case NOT_STARTED -> health.outOfService().withDetail("reason", "Lanekeeper has not started yet");
            case STOPPING -> health.outOfService().withDetail("reason", "Lanekeeper is stopping");
            case STOPPED -> health.outOfService().withDetail("reason", "Lanekeeper has stopped");
        }
    }
}
