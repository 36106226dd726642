package dev.lanekeeper.handler;

import dev.lanekeeper.api.IdentityResolver;
import dev.lanekeeper.api.ResourceResolver;
import dev.lanekeeper.api.RetryDecision;
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
 * @param kafka where its events come from
 * @param identity by what an event is recognised; {@code null} for its place in Kafka alone ({@code dedup: record})
 * @param failures what happens when it fails
 * @param limits how much of it runs and waits
 * @param call how it is called
 */
public record HandlerDefinition(
        String id,
        Lanes lanes,
        KafkaSource kafka,
        @Nullable IdentityResolver identity,
        Failures failures,
        Limits limits,
        HandlerCall call) {

    /**
     * @param group the handler's id, or the name that several handlers share lanes under
     * @param resource {@code null} results mean no lock
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
            Map<String, String> properties) {}

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
