package dev.lanekeeper.monitor;

import dev.lanekeeper.api.event.JobEvent;
import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.work.ConflictReason;
import dev.lanekeeper.work.DuplicateListener;
import dev.lanekeeper.work.StoredJob;
import dev.lanekeeper.work.UniqueClaim;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Publishes, and counts, what became of items that claimed a lock. */
final class JobEvents implements DuplicateListener {

    private final Publisher publisher;
    private final @Nullable MeterRegistry registry;

    /** @param registry {@code null} when nobody wants meters */
    JobEvents(Publisher publisher, @Nullable MeterRegistry registry) {
        this.publisher = publisher;
        this.registry = registry;
    }

    @Override
    public void met(UniqueClaim claim, StoredJob result) {
        var reason = reason(claim, result);
        if (reason != null && registry != null) {
            registry.counter(
                            "lanekeeper.unique.conflicts",
                            "handler",
                            claim.handler(),
                            "reason",
                            reason.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                    .increment();
        }
        publisher.publish(event(claim.handler(), claim.key(), result));
    }

    private static @Nullable ConflictReason reason(UniqueClaim claim, StoredJob result) {
        if (result instanceof StoredJob.Duplicate) {
            return ConflictReason.DUPLICATE;
        }
        if (result instanceof StoredJob.Rejected) {
            return ConflictReason.REJECTED;
        }
        if (result instanceof StoredJob.Replaced) {
            return claim.rule().onConflict() == Conflict.DEBOUNCE ? ConflictReason.DEBOUNCED : ConflictReason.REPLACED;
        }
        if (result instanceof StoredJob.Updated) {
            return ConflictReason.UPDATED;
        }
        if (result instanceof StoredJob.PutOff later) {
            return later.throttled() ? ConflictReason.THROTTLED : ConflictReason.RESCHEDULED;
        }
        return result instanceof StoredJob.GaveUp ? ConflictReason.GAVE_UP : null;
    }

    private static JobEvent event(String handler, String key, StoredJob result) {
        if (result instanceof StoredJob.Duplicate lost) {
            return new JobEvent.Duplicate(handler, key, lost.of());
        }
        if (result instanceof StoredJob.Rejected rejected) {
            return new JobEvent.Rejected(handler, key, rejected.id(), rejected.of());
        }
        if (result instanceof StoredJob.Replaced replaced) {
            return new JobEvent.Replaced(handler, key, replaced.id(), replaced.replaced());
        }
        if (result instanceof StoredJob.Updated updated) {
            return new JobEvent.Updated(handler, key, updated.of());
        }
        if (result instanceof StoredJob.PutOff later) {
            return new JobEvent.PutOff(handler, key, later.id(), later.dueAt(), later.behind());
        }
        return result instanceof StoredJob.GaveUp lost
                ? new JobEvent.GaveUp(handler, key, lost.of())
                : new JobEvent.Locked(handler, key, ((StoredJob.Stored) result).id());
    }
}
