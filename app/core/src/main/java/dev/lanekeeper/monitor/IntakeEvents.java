package dev.lanekeeper.monitor;

import dev.lanekeeper.api.event.IntakeEvent;
import dev.lanekeeper.api.event.PartitionEvent;
import dev.lanekeeper.api.event.PartitionEvent.Partition;
import dev.lanekeeper.intake.kafka.IntakeListener;
import dev.lanekeeper.intake.kafka.PauseReason;
import dev.lanekeeper.work.StoredBatch;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** Publishes what happens at the door from Kafka, on the consumers' threads. */
final class IntakeEvents implements IntakeListener {

    private final Publisher publisher;
    private final UnaryOperator<String> groups;

    /** @param groups the Kafka group of a handler */
    IntakeEvents(Publisher publisher, UnaryOperator<String> groups) {
        this.publisher = publisher;
        this.groups = groups;
    }

    @Override
    public void started(String handlerId) {
        publisher.publish(new IntakeEvent.Started(handlerId, groups.apply(handlerId)));
    }

    @Override
    public void stopping(String handlerId, String reason) {
        publisher.publish(new IntakeEvent.Stopping(handlerId, groups.apply(handlerId), reason));
    }

    @Override
    public void stopped(String handlerId, boolean inTime) {
        publisher.publish(new IntakeEvent.Stopped(handlerId, groups.apply(handlerId), inTime));
    }

    @Override
    public void flushed(String handlerId, StoredBatch batch, Duration duration) {
        var group = groups.apply(handlerId);
        publisher.publish(new IntakeEvent.Stored(
                handlerId, group, batch.stored(), batch.duplicates(), batch.refused(), duration));
        if (batch.duplicates() > 0) {
            publisher.publish(new IntakeEvent.AlreadyConsumed(handlerId, group, batch.duplicates()));
        }
    }

    @Override
    public void flushFailed(String handlerId, Throwable cause) {
        publisher.publish(new IntakeEvent.StoreFailed(handlerId, groups.apply(handlerId), cause));
    }

    @Override
    public void assigned(Place place, long generation, long nextOffset) {
        publisher.publish(new PartitionEvent.Assigned(partition(place), generation, nextOffset));
    }

    @Override
    public void revoked(Place place) {
        publisher.publish(new PartitionEvent.Revoked(partition(place)));
    }

    @Override
    public void lost(Place place) {
        publisher.publish(new PartitionEvent.Lost(partition(place)));
    }

    @Override
    public void fenced(Place place) {
        publisher.publish(new PartitionEvent.Fenced(partition(place)));
    }

    @Override
    public void lostAtBroker(Place place, long offsets) {
        publisher.publish(new PartitionEvent.LostAtBroker(partition(place), offsets));
    }

    @Override
    public void repositioned(Place place, long previousOffset, long nextOffset) {
        publisher.publish(new PartitionEvent.Repositioned(partition(place), previousOffset, nextOffset));
    }

    @Override
    public void partitionStopped(Place place, String reason) {
        publisher.publish(new PartitionEvent.Stopped(partition(place), reason));
    }

    @Override
    public void paused(String handlerId, PauseReason reason) {
        publisher.publish(new IntakeEvent.Paused(handlerId, groups.apply(handlerId), reason.name()));
    }

    @Override
    public void resumed(String handlerId) {
        publisher.publish(new IntakeEvent.Resumed(handlerId, groups.apply(handlerId)));
    }

    @Override
    public void consumerReplaced(String handlerId, Throwable cause) {
        publisher.publish(new IntakeEvent.ConsumerReplaced(handlerId, groups.apply(handlerId), cause));
    }

    private Partition partition(Place place) {
        return new Partition(place.handlerId(), groups.apply(place.handlerId()), place.topic(), place.partition());
    }
}
