package dev.lanekeeper.handler;

import dev.lanekeeper.api.IdentityResolver;
import dev.lanekeeper.api.ResourceResolver;
import dev.lanekeeper.api.RetryDecision;
import dev.lanekeeper.work.Recurrence;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * All that the corridor knows of one handler; made at start-up from an annotation or in code, immutable, valid.
 *
 * @param id unique in the application; the key of its offsets, its items and its metrics
 * @param lanes which lane an event goes to
 * @param source where its events come from
 * @param identity by what a record is recognised; {@code null} for its place in Kafka alone ({@code dedup: record})
 * @param failures what happens when it fails
 * @param limits how much of it runs and waits
 * @param call how it is called
 * @param encrypt whether nobody may read its events in the database
 * @param unique which of its items are the same; {@code null} when none are
 * @param locks what its items need while it runs
 */
public record HandlerDefinition(
        String id,
        Lanes lanes,
        Source source,
        @Nullable IdentityResolver identity,
        Failures failures,
        Limits limits,
        HandlerCall call,
        boolean encrypt,
        @Nullable Uniqueness unique,
        LockRules locks) {

    /** One whose events are stored as they came. */
    public HandlerDefinition(
            String id,
            Lanes lanes,
            Source source,
            @Nullable IdentityResolver identity,
            Failures failures,
            Limits limits,
            HandlerCall call) {
        this(id, lanes, source, identity, failures, limits, call, false, null, LockRules.NONE);
    }

    /**
     * Where its records come from.
     *
     * @throws IllegalStateException when it handles no records; nobody but Kafka's intake asks
     */
    public KafkaSource kafka() {
        if (source instanceof KafkaSource kafka) {
            return kafka;
        }
        throw new IllegalStateException("Handler " + id + " has no Kafka topics");
    }

    /** The Kafka group; {@code null} when its events do not come from Kafka. */
    public @Nullable String groupId() {
        return source instanceof KafkaSource kafka ? kafka.groupId() : null;
    }

    /** The door through which a handler's events come. */
    public sealed interface Source {}

    /**
     * @param group the handler's id, or the name that several handlers share lanes under
     * @param resource asked by Kafka's intake; {@code null} results mean no lock
     */
    public record Lanes(String group, ResourceResolver resource) {}

    /**
     * Exactly one of {@code topics} and {@code topicPattern} is given.
     *
     * @param concurrency consumers per instance, at least 1
     * @param properties consumer properties that override {@code spring.kafka.*}
     */
    public record KafkaSource(
            List<String> topics,
            @Nullable Pattern topicPattern,
            String groupId,
            int concurrency,
            boolean autoStartup,
            StartFrom startFrom,
            Map<String, String> properties)
            implements Source {}

    /**
     * Entries of the outbox; the causality key names the lane.
     *
     * @param context {@code null} for every one
     * @param events empty for every one
     * @param ordered whether entries of one causality key share a lane
     * @param position where its items stand among those of an entry
     */
    public record OutboxSource(
            Taking taking, @Nullable String context, List<String> events, boolean ordered, int position)
            implements Source {

        public OutboxSource(Taking taking, @Nullable String context, List<String> events, boolean ordered) {
            this(taking, context, events, ordered, 0);
        }
    }

    /**
     * Jobs that are enqueued for the handler by its id, or that recur.
     *
     * @param resource how another node reads the resource from the payload; {@code null} for none
     * @param recurrence {@code null} when it does not recur
     * @param inline whether who enqueues one does it
     */
    public record JobSource(
            @Nullable String resource, @Nullable Recurrence recurrence, boolean inline) implements Source {}

    /** How it is found out whether a handler takes an entry. */
    public enum Taking {
        /** By context and event, when the entry is moved. */
        BY_NAME,
        /** It is asked in the run. */
        IF_IT_APPLIES,
        /** Those with a destination topic. */
        WITH_TOPIC,
        /** Those that nobody else takes. */
        LEFTOVERS
    }

    /** Where a handler begins that has no offset yet. */
    public enum StartFrom {
        EARLIEST,
        LATEST
    }

    /**
     * @param maxRetries {@code null} retries for ever, 0 runs once, 3 runs at most 4 times
     * @param decision replaces {@code maxRetries} when given
     */
    public record Failures(
            @Nullable Integer maxRetries,
            Backoff backoff,
            OnFailure onFailure,
            AfterExhaustion afterExhaustion,
            @Nullable RetryDecision decision) {}

    /** The waiting time after the n-th failed attempt: {@code min * 2^(n-1)}, at most {@code max}, with jitter. */
    public record Backoff(Duration min, Duration max) {}

    /** Whether later items of a lane wait for one that is to be retried. */
    public enum OnFailure {
        BLOCK,
        OVERTAKE
    }

    /** What a lane does when the retries of its head are used up. */
    public enum AfterExhaustion {
        CONTINUE,
        PARK
    }

    /**
     * @param timeout after which an attempt is interrupted and fails; {@code null} for none
     * @param maxRuns how many runs of this handler one node works on at once; {@code null} for the default share
     * @param maxWaiting at how many waiting items its intake pauses
     * @param keepSkipped whether a skipped event leaves a row
     */
    public record Limits(
            @Nullable Duration timeout, @Nullable Integer maxRuns, long maxWaiting, boolean keepSkipped) {}
}
