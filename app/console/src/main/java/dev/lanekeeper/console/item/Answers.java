package dev.lanekeeper.console.item;

import dev.lanekeeper.console.page.Notice;
import dev.lanekeeper.operations.ItemAnswer;
import dev.lanekeeper.operations.Operator;
import org.jspecify.annotations.Nullable;

/** Says on a page what came of a person's wish for an item. */
public final class Answers {

    private Answers() {}

    /** @param what begins the sentence, such as {@code Event 42} */
    public static Notice notice(String what, ItemAnswer answer) {
        var text = what + " " + words(answer) + ".";
        return isDone(answer) ? Notice.ok(text) : Notice.warn(text);
    }

    /** Whether something was changed. */
    public static boolean isDone(ItemAnswer answer) {
        return switch (answer) {
            case DUE, DUE_WITHOUT_LOCK, DUE_BEHIND_PARKING, STORED_ANEW, DISCARDED, REQUESTED -> true;
            default -> false;
        };
    }

    /** Behind a noun: {@code was retried and runs next in its lane}. */
    private static String words(ItemAnswer answer) {
        return switch (answer) {
            case DUE -> "was retried and runs next in its lane";
            case DUE_WITHOUT_LOCK ->
                "was retried and runs next in its lane, without the lock of its unique key, which others have by now";
            case DUE_BEHIND_PARKING -> "was retried and waits until its lane is unparked";
            case STORED_ANEW -> "was stored anew, at the end of its lane";
            case DISCARDED -> "was discarded";
            case REQUESTED -> "is discarded as soon as its lane is given back, unless it starts before";
            case NOT_FOUND -> "does not exist any more";
            case RUNNING -> "is running and cannot be discarded";
            default -> "was not changed: " + skipped(answer);
        };
    }

    /** Why nothing was done, for a list of reasons: {@code retried by somebody else}. */
    public static String skipped(ItemAnswer answer) {
        return switch (answer) {
            case NOT_FOUND -> "no longer there";
            case PAYLOAD_REMOVED -> "its payload was removed when its time was over";
            case ALREADY_DUE -> "retried by somebody else";
            case LANE_ACTIVE -> "a run works on its lane";
            case LANE_PARKED -> "its lane is parked";
            case ALREADY_STORED_ANEW -> "stored anew by somebody else";
            case PUT_OFF -> "it comes again by itself";
            case ALREADY_DISCARDED -> "discarded by somebody else";
            case ALREADY_REQUESTED -> "its discard was asked for before";
            case ALREADY_FINISHED -> "done meanwhile";
            case RUNNING -> "running";
            default -> "changed";
        };
    }

    /** @param reason as it was typed */
    public static Operator operator(java.security.Principal user, @Nullable String reason) {
        return new Operator(user.getName(), reason == null || reason.isBlank() ? null : reason.strip());
    }
}
