package dev.lanekeeper.console.item;

import dev.lanekeeper.api.RawEvent.RawHeader;
import dev.lanekeeper.work.Headers;
import dev.lanekeeper.work.SealedContentSearch;
import dev.lanekeeper.work.SealedContentSearch.Opened;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * All about one item.
 *
 * @param row what lists show of it
 * @param content what came from its source
 * @param lane where it waits; {@code null} once it is finished
 * @param attempts its failed attempts, the newest first
 * @param nodeId the node that finished it
 * @param runId the run that finished it, which is also its job's id in JobRunr
 * @param repeatedBy the newest item that repeats it
 * @param operations what people did with it, the newest first
 */
public record ItemDetail(
        ItemRow row,
        Content content,
        @Nullable LanePlace lane,
        List<FailedAttempt> attempts,
        @Nullable Long nodeId,
        @Nullable UUID runId,
        @Nullable Long repeatedBy,
        List<Operation> operations) {

    /**
     * The same in plain text.
     *
     * @param payloadBytes so much of the payload is kept
     */
    public ItemDetail opened(Opened opened, int payloadBytes) {
        var plain = opened.content();
        return new ItemDetail(
                row.opened(plain == null ? null : plain.resource(), opened.reason()),
                plain == null ? content : content.opened(plain, payloadBytes),
                lane,
                attempts.stream()
                        .map(a -> opened.attempts().containsKey(a.attemptId())
                                ? a.opened(
                                        Objects.requireNonNull(opened.attempts().get(a.attemptId())))
                                : a)
                        .toList(),
                nodeId,
                runId,
                repeatedBy,
                operations);
    }

    /**
     * What came from the source, byte for byte up to a limit.
     *
     * @param payload its beginning; {@code null} for a tombstone
     * @param payloadBytes how long it is as a whole
     * @param intakeError why resource or identity could not be read from it
     * @param removedAt when payload, key and headers were removed, since their time was over; {@code null} while they are there
     */
    public record Content(
            byte @Nullable [] payload,
            long payloadBytes,
            byte @Nullable [] key,
            List<RawHeader> headers,
            @Nullable UUID checksum,
            @Nullable String traceParent,
            @Nullable String intakeError,
            @Nullable Instant removedAt) {

        private Content opened(SealedContentSearch.Content plain, int most) {
            var whole = plain.payload();
            return new Content(
                    whole == null || whole.length <= most ? whole : Arrays.copyOf(whole, most),
                    whole == null ? 0 : whole.length,
                    plain.key(),
                    Headers.decode(plain.headers()),
                    checksum,
                    traceParent,
                    plain.intakeError() == null ? intakeError : plain.intakeError(),
                    removedAt);
        }
    }

    /**
     * Where in its lane an item waits.
     *
     * @param ahead how many items of the lane come before it
     * @param waiting how many items the lane has in all
     * @param ownerRun the run that works on the lane now
     */
    public record LanePlace(
            CappedCount ahead,
            int waiting,
            @Nullable String ownerNode,
            @Nullable UUID ownerRun,
            boolean parked,
            @Nullable String parkedBy,
            @Nullable String parkReason,
            Instant laneDueAt) {}

    /**
     * One attempt that failed.
     *
     * @param encrypted whether message and stack trace are missing since they are encrypted
     */
    public record FailedAttempt(
            long attemptId,
            int number,
            String node,
            UUID runId,
            Instant startedAt,
            Instant finishedAt,
            String errorClass,
            @Nullable String errorMessage,
            String stackTrace,
            String fingerprint,
            boolean encrypted) {

        FailedAttempt opened(SealedContentSearch.Attempt plain) {
            return new FailedAttempt(
                    attemptId,
                    number,
                    node,
                    runId,
                    startedAt,
                    finishedAt,
                    errorClass,
                    plain.errorMessage(),
                    plain.stackTrace(),
                    fingerprint,
                    false);
        }
    }

    /** What somebody did. */
    public record Operation(
            String operator, String verb, @Nullable String reason, String result, Instant doneAt) {}
}
