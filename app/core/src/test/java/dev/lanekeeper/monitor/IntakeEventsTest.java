package dev.lanekeeper.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.event.IntakeEvent;
import dev.lanekeeper.api.event.LanekeeperEvent;
import dev.lanekeeper.api.event.PartitionEvent;
import dev.lanekeeper.api.event.PartitionEvent.Partition;
import dev.lanekeeper.intake.kafka.IntakeListener.Place;
import dev.lanekeeper.intake.kafka.PauseReason;
import dev.lanekeeper.work.StoredBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.event.EventListener;

class IntakeEventsTest {

    private static final Place PLACE = new Place("orders", "topic", 3);
    private static final Partition PARTITION = new Partition("orders", "group of orders", "topic", 3);
    private static final Throwable CAUSE = new IllegalStateException("away");

    @Test
    void tellsEverythingThatHappensAtTheDoor() {
        try (var context = new AnnotationConfigApplicationContext(Heard.class)) {
            tellAll(new IntakeEvents(new Publisher(context, EventMode.AUTO), id -> "group of " + id));

            var group = "group of orders";
            assertThat(context.getBean(Heard.class).events)
                    .containsExactly(
                            new IntakeEvent.Started("orders", group),
                            new PartitionEvent.Assigned(PARTITION, 2, 40),
                            new IntakeEvent.Stored("orders", group, 5, 0, 0, Duration.ofMillis(3)),
                            new IntakeEvent.Stored("orders", group, 7, 3, 1, Duration.ofMillis(3)),
                            new IntakeEvent.AlreadyConsumed("orders", group, 3),
                            new IntakeEvent.StoreFailed("orders", group, CAUSE),
                            new IntakeEvent.Paused("orders", group, "DATABASE_AWAY"),
                            new IntakeEvent.Resumed("orders", group),
                            new PartitionEvent.LostAtBroker(PARTITION, 9),
                            new PartitionEvent.Repositioned(PARTITION, 49, 40),
                            new PartitionEvent.Stopped(PARTITION, "recreated"),
                            new PartitionEvent.Fenced(PARTITION),
                            new PartitionEvent.Lost(PARTITION),
                            new PartitionEvent.Revoked(PARTITION),
                            new IntakeEvent.ConsumerReplaced("orders", group, CAUSE),
                            new IntakeEvent.Stopping("orders", group, "for a test"),
                            new IntakeEvent.Stopped("orders", group, false));
        }
    }

    private static void tellAll(IntakeEvents events) {
        events.started("orders");
        events.assigned(PLACE, 2, 40);
        events.polled("orders", 10);
        events.flushed("orders", new StoredBatch(5, 0, 0, List.of()), Duration.ofMillis(3));
        events.flushed("orders", new StoredBatch(7, 3, 1, List.of()), Duration.ofMillis(3));
        events.flushFailed("orders", CAUSE);
        events.paused("orders", PauseReason.DATABASE_AWAY);
        events.resumed("orders");
        events.lostAtBroker(PLACE, 9);
        events.repositioned(PLACE, 49, 40);
        events.partitionStopped(PLACE, "recreated");
        events.fenced(PLACE);
        events.lost(PLACE);
        events.revoked(PLACE);
        events.consumerReplaced("orders", CAUSE);
        events.stopping("orders", "for a test");
        events.stopped("orders", false);
    }

    static class Heard {

        final List<LanekeeperEvent> events = new ArrayList<>();

        @EventListener
        void on(LanekeeperEvent event) {
            events.add(event);
        }
    }
}
