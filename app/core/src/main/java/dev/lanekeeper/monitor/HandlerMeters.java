package dev.lanekeeper.monitor;

import static java.time.temporal.ChronoUnit.NANOS;

import dev.lanekeeper.api.event.ItemEvent.Ending;
import dev.lanekeeper.work.ItemResult;
import dev.lanekeeper.work.WaitingItem;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The meters of one handler's items, made once: recording an item looks nothing up and allocates nothing. */
final class HandlerMeters {

    private final Map<Ending, Timer> action = new EnumMap<>(Ending.class);
    private final Timer consume;
    private final Timer latency;
    private final Timer polled;
    private final Timer stored;
    private final Timer started;
    private final Timer retried;
    private final Timer recorded;
    private final Counter acknowledged;
    private final Counter skipped;
    private final Counter rejected;
    private final Counter failed;
    private final Counter failedAttempts;
    private final Counter dropped;

    HandlerMeters(MeterRegistry registry, String handler) {
        for (var ending : Ending.values()) {
            action.put(
                    ending,
                    registry.timer(
                            "lanekeeper.event.action",
                            "handler",
                            handler,
                            "ending",
                            ending.name().toLowerCase(Locale.ROOT)));
        }
        consume = registry.timer("lanekeeper.event.consume", "handler", handler);
        latency = registry.timer("lanekeeper.event.latency", "handler", handler);
        polled = stage(registry, handler, "polled");
        stored = stage(registry, handler, "stored");
        started = stage(registry, handler, "started");
        retried = stage(registry, handler, "retried");
        recorded = stage(registry, handler, "recorded");
        acknowledged = registry.counter("lanekeeper.events.acknowledged", "handler", handler);
        skipped = registry.counter("lanekeeper.events.skipped", "handler", handler);
        rejected = registry.counter("lanekeeper.events.rejected", "handler", handler);
        failed = registry.counter("lanekeeper.events.failed", "handler", handler);
        failedAttempts = registry.counter("lanekeeper.attempts.failed", "handler", handler);
        dropped = registry.counter("lanekeeper.results.dropped", "handler", handler);
    }

    private static Timer stage(MeterRegistry registry, String handler, String stage) {
        return registry.timer("lanekeeper.event.stage", "handler", handler, "stage", stage);
    }

    /** Times one; how they ended is counted for a chunk at once. */
    void recorded(WaitingItem item, ItemResult result, Instant now) {
        var ending = Endings.of(result);
        recordStart(item, result.startedAt());
        var timer = action.get(ending);
        if (timer != null) {
            record(timer, result.startedAt(), result.finishedAt());
        }
        record(recorded, result.finishedAt(), now);
        record(consume, result.startedAt(), now);
        if (ending != Ending.RETRIED) {
            record(latency, item.event().producedAt(), now);
        }
    }

    /** The way to the first attempt is counted once; an attempt that had to wait for its time is measured against that. */
    private void recordStart(WaitingItem item, Instant startedAt) {
        if (item.attempts() == 0 && !item.dueAt().isAfter(item.storedAt())) {
            record(polled, item.event().producedAt(), item.polledAt());
            record(stored, item.polledAt(), item.storedAt());
            record(started, item.storedAt(), startedAt);
        } else {
            record(retried, item.dueAt(), startedAt);
        }
    }

    void count(Ending ending, int number) {
        switch (ending) {
            case ACKNOWLEDGED -> acknowledged.increment(number);
            case SKIPPED -> skipped.increment(number);
            case REJECTED -> rejected.increment(number);
            case RETRIED -> failedAttempts.increment(number);
            case FAILED -> {
                failedAttempts.increment(number);
                failed.increment(number);
            }
        }
    }

    /** Nobody saw it end, so nothing was timed. */
    void workerLost() {
        count(Ending.FAILED, 1);
    }

    void dropped() {
        dropped.increment();
    }

    /** Clocks of different machines may disagree: a moment that seems to lie before the last one took no time. */
    private static void record(Timer timer, Instant from, Instant until) {
        timer.record(Math.max(0, NANOS.between(from, until)), TimeUnit.NANOSECONDS);
    }
}
