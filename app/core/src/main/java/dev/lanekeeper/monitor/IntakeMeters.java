package dev.lanekeeper.monitor;

import dev.lanekeeper.intake.kafka.IntakeListener;
import dev.lanekeeper.work.StoredBatch;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts what happens at the door from Kafka, on the consumers' threads. */
final class IntakeMeters implements IntakeListener {

    private final MeterRegistry registry;
    private final Map<String, Door> doors = new ConcurrentHashMap<>();

    IntakeMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** The meters of one handler that every batch touches. */
    private record Door(
            Counter polled,
            Counter stored,
            Counter duplicates,
            Counter refused,
            DistributionSummary flushSize,
            Timer flushDuration,
            Counter flushFailures) {

        static Door of(MeterRegistry registry, String handler) {
            return new Door(
                    registry.counter("lanekeeper.events.polled", "handler", handler),
                    registry.counter("lanekeeper.events.stored", "handler", handler),
                    registry.counter("lanekeeper.events.duplicates", "handler", handler),
                    registry.counter("lanekeeper.events.refused", "handler", handler),
                    registry.summary("lanekeeper.flush.size", "handler", handler),
                    registry.timer("lanekeeper.flush.duration", "handler", handler),
                    registry.counter("lanekeeper.flush.failures", "handler", handler));
        }
    }

    private Door door(String handlerId) {
        return doors.computeIfAbsent(handlerId, h -> Door.of(registry, h));
    }

    @Override
    public void polled(String handlerId, int records) {
        door(handlerId).polled().increment(records);
    }

    @Override
    public void flushed(String handlerId, StoredBatch batch, Duration duration) {
        var door = door(handlerId);
        door.stored().increment(batch.stored());
        door.duplicates().increment(batch.duplicates());
        door.refused().increment(batch.refused());
        door.flushSize().record(batch.stored() + batch.duplicates());
        door.flushDuration().record(duration);
    }

    @Override
    public void flushFailed(String handlerId, Throwable cause) {
        door(handlerId).flushFailures().increment();
    }

    @Override
    public void lostAtBroker(Place place, long offsets) {
        registry.counter("lanekeeper.events.lost.at.broker", "handler", place.handlerId(), "topic", place.topic())
                .increment(offsets);
    }

    @Override
    public void assigned(Place place, long generation, long nextOffset) {
        count(place, "assigned");
    }

    @Override
    public void revoked(Place place) {
        count(place, "revoked");
    }

    @Override
    public void lost(Place place) {
        count(place, "lost");
    }

    @Override
    public void fenced(Place place) {
        count(place, "fenced");
    }

    @Override
    public void repositioned(Place place, long previousOffset, long nextOffset) {
        count(place, "repositioned");
    }

    @Override
    public void partitionStopped(Place place, String reason) {
        count(place, "stopped");
    }

    private void count(Place place, String change) {
        registry.counter("lanekeeper.partition.changes", "handler", place.handlerId(), "change", change)
                .increment();
    }

    @Override
    public void consumerReplaced(String handlerId, Throwable cause) {
        registry.counter("lanekeeper.consumers.replaced", "handler", handlerId).increment();
    }
}
