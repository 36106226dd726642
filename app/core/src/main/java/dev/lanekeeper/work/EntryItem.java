package dev.lanekeeper.work;

import dev.lanekeeper.api.RawEvent.RawHeader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An outbox entry on its way into the corridor, for one of its handlers.
 *
 * @param laneGroup the group of the lane, that of the handler
 * @param resource the canonical causality key; {@code null} for work without a lane of its own
 * @param payload the entry's document; {@code null} when the database refuses it
 * @param intakeError why it cannot run; the item fails with it
 * @param job what else a job has; {@code null} for an entry that is none
 * @param claim to be the only one of its key; {@code null} for none
 */
public record EntryItem(
        int handlerId,
        String laneGroup,
        @Nullable String resource,
        OutboxRow entry,
        byte @Nullable [] payload,
        List<RawHeader> headers,
        @Nullable String intakeError,
        @Nullable Job job,
        @Nullable UniqueClaim claim) {

    /**
     * What a job has besides.
     *
     * @param label a word for people
     * @param dueAt when it may run first; {@code null} for at once
     * @param priority from 0, the usual one
     * @param recurring when, and under which name, it is done again and again; {@code null} for once
     */
    public record Job(
            @Nullable String label,
            @Nullable Instant dueAt,
            int priority,
            @Nullable Recurring recurring) {

        /** Done once. */
        public Job(@Nullable String label, @Nullable Instant dueAt, int priority) {
            this(label, dueAt, priority, null);
        }
    }

    /** When a job is done again and again, and its name among those of its handler. */
    public record Recurring(String name, Recurrence when) {}

    /** An entry that is no job, and that may be there any number of times. */
    public EntryItem(
            int handlerId,
            String laneGroup,
            @Nullable String resource,
            OutboxRow entry,
            byte @Nullable [] payload,
            List<RawHeader> headers,
            @Nullable String intakeError) {
        this(handlerId, laneGroup, resource, entry, payload, headers, intakeError, null, null);
    }

    /** The same entry, to be shown as a failure. */
    EntryItem withError(String error) {
        return new EntryItem(handlerId, laneGroup, null, entry, payload, headers, error, now(), null);
    }

    /** The same entry with a claim to be the only one of its key, when it comes, while it runs, or both. */
    public EntryItem with(@Nullable UniqueClaim other) {
        return new EntryItem(
                handlerId,
                laneGroup,
                resource,
                entry,
                payload,
                RunKey.with(headers, other),
                intakeError,
                job,
                UniqueClaim.atEnqueueing(other));
    }

    /** The same entry in its lane, whose handler will not be called. */
    public EntryItem withIntakeError(String error) {
        return new EntryItem(handlerId, laneGroup, resource, entry, payload, headers, error, job, null);
    }

    private @Nullable Job now() {
        return job == null ? null : new Job(job.label(), null, job.priority());
    }

    /** What is left when even its content is refused: which entry it was, and why it is not here. */
    EntryItem bare(String error) {
        return new EntryItem(handlerId, laneGroup, null, entry, null, List.of(), error, now(), null);
    }

    boolean isDue(Instant now) {
        return job == null || job.dueAt() == null || !job.dueAt().isAfter(now);
    }

    /** As one that recurs; {@code null} for what is done once. */
    @Nullable
    NewRecurring recurring() {
        return job == null || job.recurring() == null
                ? null
                : new NewRecurring(job.recurring().name(), job.recurring().when(), asJob());
    }

    /** From 0, the usual one. */
    int priority() {
        return job == null ? 0 : job.priority();
    }

    /** As a job; of an entry that is one. */
    NewJob asJob() {
        var part = Objects.requireNonNull(job);
        return new NewJob(
                handlerId,
                laneGroup,
                resource,
                payload,
                headers,
                part.label(),
                entry.createdAt(),
                entry.entryId(),
                null,
                intakeError,
                claim,
                null,
                part.priority());
    }

    int bytes() {
        return payload == null ? 0 : payload.length;
    }

    @Nullable
    String traceParent() {
        return traceParent(headers);
    }

    static @Nullable String traceParent(List<RawHeader> headers) {
        return headers.stream()
                .filter(h -> h.name().equals("traceparent"))
                .map(h -> h.value() == null ? null : new String(h.value(), StandardCharsets.UTF_8))
                .findFirst()
                .orElse(null);
    }
}
