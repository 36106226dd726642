package dev.lanekeeper.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.housekeeping.Housekeeping;
import dev.lanekeeper.housekeeping.HousekeepingMeters;
import dev.lanekeeper.housekeeping.Retention;
import dev.lanekeeper.housekeeping.Round;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An empty corridor with one node, and its housekeeping in pieces of ten rows; after each test of a class that registers
 * it, everything must still be accounted for.
 */
final class HousekeepingBench implements AfterEachCallback {

    static final Duration EVENTS = Duration.ofDays(30);
    static final Duration OUTBOX = Duration.ofDays(3);
    static final Duration HISTORY = Duration.ofDays(40);
    static final Duration SECOND = Duration.ofSeconds(1);

    final Corridor corridor = Corridor.open();
    final long node = corridor.node();
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @Override
    public void afterEach(ExtensionContext test) {
        assertThat(new ConservationSearch(corridor.database).faults()).isEmpty();
    }

    /** Keeps events, entries and history for those times, and does not touch payloads before. */
    static Retention retention() {
        return retention(null, false);
    }

    static Retention retention(@Nullable Duration payloads, boolean archive) {
        return new Retention(EVENTS, OUTBOX, payloads, EVENTS, HISTORY, HISTORY, HISTORY, archive, 10);
    }

    Housekeeping housekeeping(Retention retention) {
        return new Housekeeping(
                corridor.database, corridor.clock, () -> node, retention, new HousekeepingMeters(registry));
    }

    Round sweep() {
        return sweep(retention());
    }

    Round sweep(Retention retention) {
        return housekeeping(retention).sweep().orElseThrow();
    }
}
