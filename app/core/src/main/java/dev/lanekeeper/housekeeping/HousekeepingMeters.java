package dev.lanekeeper.housekeeping;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.Objects;

/** Counts rounds and what they have deleted, on the node that did it. */
public final class HousekeepingMeters {

    private final MeterRegistry registry;

    public HousekeepingMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** @param round one that is over */
    public void count(Round round) {
        var result = Objects.requireNonNull(round.result(), "the round is over").text();
        registry.counter("lanekeeper.housekeeping.rounds", "result", result).increment();
        registry.timer("lanekeeper.housekeeping.longest").record(round.longest());
        round.swept()
                .byName()
                .forEach((name, number) -> registry.counter("lanekeeper.housekeeping.rows", "kind", name)
                        .increment(number));
    }
}
