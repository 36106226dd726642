package dev.lanekeeper.monitor;

import dev.lanekeeper.monitor.Monitor.Running;
import org.springframework.boot.health.contributor.Health;

/** Down when starting the process again would help: a thread of it hangs. Asks nothing outside of it. */
final class LivenessHealth extends NodeHealth {

    LivenessHealth(Monitor monitor) {
        super(monitor);
    }

    @Override
    void check(Running running, Health.Builder health) {
        var stuck = Stuck.threads(running);
        if (stuck.isEmpty()) {
            health.up();
        } else {
            health.down().withDetail("problems", stuck);
        }
    }
}
