package dev.lanekeeper.console.lane;

import dev.lanekeeper.console.item.Shown;
import dev.lanekeeper.console.page.Moment;
import dev.lanekeeper.console.page.Numbers;
import dev.lanekeeper.console.page.Times;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A lane as pages show it.
 *
 * @param name the resource, or what a lane without one holds
 * @param why why it does not go on, or who works on it
 * @param until when a blocked lane goes on
 * @param behind how many items wait for the head
 * @param behindSince since when the oldest of them is there
 * @param lockHolder the item that has the lock for which a blocked lane waits
 * @param parkedItem the item whose failure parked it
 */
public record LaneView(
        String id,
        String state,
        String tone,
        @Nullable String name,
        boolean bundle,
        String handler,
        String waiting,
        String why,
        @Nullable String error,
        @Nullable Moment until,
        @Nullable Moment since,
        @Nullable Long head,
        int attempts,
        @Nullable Moment headSince,
        String behind,
        @Nullable Moment behindSince,
        @Nullable Long lockHolder,
        @Nullable String run,
        boolean parked,
        @Nullable Long parkedItem) {

    static LaneView of(LaneRow row, Times times) {
        var run = row.ownerRun();
        return new LaneView(
                row.laneId().toString(),
                row.state().name().toLowerCase(Locale.ROOT),
                tone(row.state()),
                Shown.text(row.resource()),
                row.bundle(),
                row.handler(),
                Numbers.count(row.waiting()),
                String.valueOf(Shown.text(why(row))),
                Shown.text(error(row)),
                row.state() == LaneState.BLOCKED ? times.moment(row.dueAt()) : null,
                times.moment(
                        switch (row.state()) {
                            case ACTIVE -> row.ownerSince();
                            case PARKED -> row.parkedAt();
                            case READY -> row.dueAt();
                            case BLOCKED -> null;
                        }),
                row.head(),
                row.headAttempts(),
                times.moment(row.headStoredAt()),
                Numbers.count(row.behind()),
                row.behind() == 0 ? null : times.moment(row.secondStoredAt()),
                row.state() == LaneState.BLOCKED ? row.lockHolder() : null,
                run == null ? null : run.toString(),
                row.parkedAt() != null,
                row.parkedItem());
    }

    private static String tone(LaneState state) {
        return switch (state) {
            case ACTIVE -> "busy";
            case READY -> "idle";
            case BLOCKED -> "warn";
            case PARKED -> "bad";
        };
    }

    private static String why(LaneRow row) {
        return switch (row.state()) {
            case ACTIVE ->
                "a run on " + row.ownerNode() + " works on it" + (row.parkedAt() == null ? "" : ", then it is parked");
            case PARKED -> parked(row);
            case BLOCKED -> blocked(row);
            case READY ->
                !row.handlerServed()
                        ? "no running node has the handler"
                        : row.handlerPaused() ? "processing of the handler is paused" : "waits for a worker";
        };
    }

    private static String blocked(LaneRow row) {
        if (row.lockElsewhere() != null) {
            return "its head waits for the lock " + row.lock() + ", "
                    + row.lockElsewhere().words();
        }
        if (row.lockHolder() != null) {
            return "its head waits behind event " + row.lockHolder() + ", which has the lock " + row.lock();
        }
        if (row.lock() != null) {
            return "its head waits for its turn at the lock " + row.lock();
        }
        return row.headAttempts() > 0
                ? "its head has failed " + times(row.headAttempts()) + " and waits for the next attempt"
                : "its head waits for its time";
    }

    private static String parked(LaneRow row) {
        if (row.parkedItem() != null) {
            return "parked since event " + row.parkedItem() + " used up its retries";
        }
        var by = "parked by " + row.parkedBy();
        return row.parkReason() == null ? by : by + ": " + row.parkReason();
    }

    private static String times(int number) {
        return number == 1 ? "once" : number + " times";
    }

    private static @Nullable String error(LaneRow row) {
        var name = row.errorClass();
        if (name == null || (row.headAttempts() == 0 && row.parkedItem() == null)) {
            return null;
        }
        var simple = name.substring(name.lastIndexOf('.') + 1);
        return row.errorMessage() == null ? simple : simple + ": " + row.errorMessage();
    }
}
