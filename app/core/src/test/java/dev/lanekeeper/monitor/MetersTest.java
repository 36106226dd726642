package dev.lanekeeper.monitor;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.intake.kafka.IntakeListener.Place;
import dev.lanekeeper.work.StoredBatch;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetersTest {

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final RunMeters runs = new RunMeters(registry, Clock.fixed(Told.NOW, ZoneOffset.UTC));
    private final IntakeMeters intakes = new IntakeMeters(registry);

    @Test
    void timesEachStageOfAFirstAttempt() {
        runs.recorded(List.of(Told.acknowledged()));

        assertThat(seconds("lanekeeper.event.stage", "stage", "polled")).isEqualTo(1);
        assertThat(seconds("lanekeeper.event.stage", "stage", "stored")).isEqualTo(2);
        assertThat(seconds("lanekeeper.event.stage", "stage", "started")).isEqualTo(3);
        assertThat(seconds("lanekeeper.event.action", "ending", "acknowledged")).isEqualTo(4);
        assertThat(seconds("lanekeeper.event.stage", "stage", "recorded")).isEqualTo(5);
        assertThat(seconds("lanekeeper.event.consume")).isEqualTo(9);
        assertThat(seconds("lanekeeper.event.latency")).isEqualTo(15);
    }

    @Test
    void timesALaterAttemptAgainstItsDueTime() {
        runs.recorded(List.of(Told.acknowledgedAfterRetry()));

        assertThat(seconds("lanekeeper.event.stage", "stage", "retried")).isEqualTo(3);
        assertThat(seconds("lanekeeper.event.stage", "stage", "started")).isZero();
        assertThat(seconds("lanekeeper.event.stage", "stage", "polled")).isZero();
    }

    @Test
    void countsEachEndingOnce() {
        runs.recorded(List.of(
                Told.acknowledged(),
                Told.acknowledged(),
                Told.skipped(),
                Told.rejected(),
                Told.retried(),
                Told.failed(false)));
        runs.dropped(List.of(Told.acknowledged()));

        assertThat(count("lanekeeper.events.acknowledged")).isEqualTo(2);
        assertThat(count("lanekeeper.events.skipped")).isEqualTo(1);
        assertThat(count("lanekeeper.events.rejected")).isEqualTo(1);
        assertThat(count("lanekeeper.events.failed")).isEqualTo(1);
        assertThat(count("lanekeeper.attempts.failed")).isEqualTo(2);
        assertThat(count("lanekeeper.results.dropped")).isEqualTo(1);
    }

    @Test
    void countsAFailureThatNobodySawEndAndTimesNothing() {
        runs.workersLost(List.of(Told.failed(false)));

        assertThat(count("lanekeeper.events.failed")).isEqualTo(1);
        assertThat(count("lanekeeper.attempts.failed")).isEqualTo(1);
        assertThat(seconds("lanekeeper.event.consume")).isZero();
    }

    @Test
    void countsWhatTheDoorTakesIn() {
        intakes.polled("orders", 10);
        intakes.flushed("orders", new StoredBatch(7, 3, 1, List.of()), Duration.ofSeconds(2));
        intakes.flushFailed("orders", new IllegalStateException());
        intakes.lostAtBroker(new Place("orders", "topic", 0), 5);
        intakes.consumerReplaced("orders", new IllegalStateException());

        assertThat(count("lanekeeper.events.polled")).isEqualTo(10);
        assertThat(count("lanekeeper.events.stored")).isEqualTo(7);
        assertThat(count("lanekeeper.events.duplicates")).isEqualTo(3);
        assertThat(count("lanekeeper.events.refused")).isEqualTo(1);
        assertThat(count("lanekeeper.flush.failures")).isEqualTo(1);
        assertThat(count("lanekeeper.events.lost.at.broker", "topic", "topic")).isEqualTo(5);
        assertThat(count("lanekeeper.consumers.replaced")).isEqualTo(1);
        assertThat(seconds("lanekeeper.flush.duration")).isEqualTo(2);
        assertThat(registry.get("lanekeeper.flush.size")
                        .tag("handler", "orders")
                        .summary()
                        .max())
                .isEqualTo(10);
    }

    private double seconds(String timer, String... tags) {
        return registry.get(timer).tag("handler", "orders").tags(tags).timer().totalTime(SECONDS);
    }

    private double count(String counter, String... tags) {
        return registry.get(counter)
                .tag("handler", "orders")
                .tags(tags)
                .counter()
                .count();
    }
}
