package dev.lanekeeper.monitor;

import dev.lanekeeper.intake.kafka.IntakeStatus;
import dev.lanekeeper.intake.kafka.KafkaIntakes;
import dev.lanekeeper.monitor.Monitor.Running;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthContributor;

/** A health indicator for the intake of each handler, by the handler's id; none while nothing is taken in. */
final class IntakesHealth implements CompositeHealthContributor {

    private final Monitor monitor;

    IntakesHealth(Monitor monitor) {
        this.monitor = monitor;
    }

    @Override
    public @Nullable HealthContributor getContributor(String handlerId) {
        return handlers().anyMatch(handlerId::equals) ? new IntakeHealth(monitor, handlerId) : null;
    }

    @Override
    public Stream<Entry> stream() {
        return handlers().map(id -> new Entry(id, new IntakeHealth(monitor, id)));
    }

    private Stream<String> handlers() {
        return monitor.running().map(Running::intakes).map(KafkaIntakes::status).orElse(List.of()).stream()
                .map(IntakeStatus::handlerId);
    }
}
