package dev.lanekeeper.monitor;

import dev.lanekeeper.monitor.Monitor.Running;
import org.springframework.boot.health.contributor.Health;

/** Whether the database answers; it is asked through the application's pool, so a pool that is used up shows here too. */
final class DatabaseHealth extends NodeHealth {

    DatabaseHealth(Monitor monitor) {
        super(monitor);
    }

    @Override
    void check(Running running, Health.Builder health) {
        health.up().withDetail("schema", running.database().schema());
        health.withDetail("time", running.database().now());
    }
}
