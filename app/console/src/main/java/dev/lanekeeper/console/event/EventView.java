package dev.lanekeeper.console.event;

import dev.lanekeeper.console.item.ItemDetail;
import dev.lanekeeper.console.item.ItemDetail.FailedAttempt;
import dev.lanekeeper.console.item.ItemDetail.Operation;
import dev.lanekeeper.console.item.ItemRow;
import dev.lanekeeper.console.item.ItemState;
import dev.lanekeeper.console.item.ItemView;
import dev.lanekeeper.console.item.Shown;
import dev.lanekeeper.console.page.Moment;
import dev.lanekeeper.console.page.Numbers;
import dev.lanekeeper.console.page.Times;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * All about one event as its page shows it.
 *
 * @param canRetry whether retrying makes sense: it has failed, or waits for a later time
 * @param canRepeat whether it can be stored anew
 * @param canDiscard whether it is still to be done, or has failed
 * @param entry which outbox entry it is; {@code null} for what came from elsewhere
 * @param changes by attribute
 * @param lock of what is encrypted; {@code null} where nothing is
 * @param payloadNote what is said beside the payload: its form and length
 * @param removedAt when payload, key and headers were removed; {@code null} while they are there
 */
public record EventView(
        ItemView item,
        Waterfall waterfall,
        boolean canRetry,
        boolean canRepeat,
        boolean canDiscard,
        @Nullable String eventVersion,
        @Nullable Moment eventTime,
        @Nullable String checksum,
        @Nullable String trace,
        @Nullable String intakeError,
        @Nullable String reason,
        @Nullable String run,
        @Nullable Long retryOf,
        @Nullable Long repeatedBy,
        @Nullable String place,
        @Nullable String laneState,
        @Nullable String entry,
        List<Change> changes,
        Shown.Bytes payload,
        String payloadNote,
        @Nullable Moment removedAt,
        Shown.Bytes key,
        List<Header> headers,
        List<Attempt> attempts,
        List<Act> acts,
        @Nullable Lock lock) {

    /**
     * @param key the id of the key
     * @param open whether this page shows the content in plain text
     */
    public record Lock(long key, boolean open) {}

    /** Whether its content is encrypted, and not shown. */
    public boolean hidden() {
        return lock != null && !lock.open();
    }

    /** An attribute that an outbox entry tells the change of, with its values as they were written. */
    public record Change(
            @Nullable String attribute,
            @Nullable String before,
            @Nullable String after) {}

    public record Header(@Nullable String name, Shown.Bytes value) {}

    /** One attempt that failed. */
    public record Attempt(
            int number,
            String node,
            String run,
            @Nullable Moment startedAt,
            String took,
            @Nullable String error,
            @Nullable String stack,
            boolean encrypted) {}

    /** What somebody did. */
    public record Act(
            String operator,
            String verb,
            @Nullable String reason,
            String result,
            @Nullable Moment doneAt) {}

    /** @param opened whether its content is in plain text */
    static EventView of(ItemDetail detail, Times times, boolean opened) {
        var row = detail.row();
        var content = detail.content();
        var state = row.state();
        var payload = Shown.bytes(content.payload(), content.payloadBytes());
        var run = detail.runId();
        var isThere = content.removedAt() == null;
        return new EventView(
                ItemView.of(row, times),
                Waterfall.of(row, times),
                ItemState.FAILURES.contains(state)
                        || (state == ItemState.DISCARDED && isThere)
                        || (state == ItemState.WAITING && row.attempts() > 0),
                (state == ItemState.DONE || state == ItemState.SKIPPED) && isThere,
                state == ItemState.WAITING || ItemState.FAILURES.contains(state),
                Shown.text(row.eventVersion()),
                times.moment(row.eventTime()),
                content.checksum() == null
                        ? null
                        : content.checksum().toString().replace("-", ""),
                Shown.text(content.traceParent()),
                Shown.text(content.intakeError()),
                Shown.text(row.reason()),
                run == null ? null : run.toString(),
                row.retryOf(),
                detail.repeatedBy(),
                place(detail),
                laneState(detail),
                row.entry() == null ? null : "entry " + row.entry().id(),
                isLocked(row, opened) ? List.of() : Changes.of(row, content),
                payload,
                note(payload, content.payloadBytes()),
                times.moment(content.removedAt()),
                Shown.bytes(content.key(), content.key() == null ? 0 : content.key().length),
                content.headers().stream()
                        .limit(100)
                        .map(h -> new Header(
                                Shown.text(h.name()), Shown.bytes(h.value(), h.value() == null ? 0 : h.value().length)))
                        .toList(),
                detail.attempts().stream().map(a -> attempt(a, times)).toList(),
                detail.operations().stream().map(o -> act(o, times)).toList(),
                row.keyId() == null ? null : new Lock(row.keyId(), opened));
    }

    private static boolean isLocked(ItemRow row, boolean opened) {
        return row.keyId() != null && !opened;
    }

    private static String note(Shown.Bytes payload, long length) {
        return switch (payload.format()) {
            case "none" -> "no payload (a tombstone)";
            default ->
                payload.format() + ", " + Numbers.bytes(length)
                        + (payload.cut() ? ", only its beginning is shown" : "");
        };
    }

    private static @Nullable String place(ItemDetail detail) {
        var lane = detail.lane();
        return lane == null
                ? null
                : lane.ahead().value() == 0
                        ? "first of " + Numbers.count(lane.waiting())
                        : lane.ahead() + " before it, " + Numbers.count(lane.waiting()) + " in the lane";
    }

    private static @Nullable String laneState(ItemDetail detail) {
        var lane = detail.lane();
        if (lane == null) {
            return null;
        }
        if (lane.ownerNode() != null) {
            return "a run on " + lane.ownerNode() + " works on its lane";
        }
        if (lane.parked()) {
            var reason = lane.parkReason() == null ? "" : ": " + Shown.text(lane.parkReason());
            return "its lane is parked" + reason;
        }
        return null;
    }

    private static Attempt attempt(FailedAttempt attempt, Times times) {
        var message = attempt.errorMessage();
        return new Attempt(
                attempt.number(),
                attempt.node(),
                attempt.runId().toString(),
                times.moment(attempt.startedAt()),
                Times.precise(java.time.Duration.between(attempt.startedAt(), attempt.finishedAt())),
                Shown.text(message == null ? attempt.errorClass() : attempt.errorClass() + ": " + message),
                Shown.text(attempt.stackTrace()),
                attempt.encrypted());
    }

    private static Act act(Operation operation, Times times) {
        return new Act(
                String.valueOf(Shown.text(operation.operator())),
                operation.verb(),
                Shown.text(operation.reason()),
                operation.result().toLowerCase(Locale.ROOT).replace('_', ' '),
                times.moment(operation.doneAt()));
    }
}
