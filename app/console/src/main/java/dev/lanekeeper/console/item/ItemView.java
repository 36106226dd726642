package dev.lanekeeper.console.item;

import dev.lanekeeper.console.page.Moment;
import dev.lanekeeper.console.page.Times;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An item as lists on pages show it.
 *
 * @param tone of the badge with the state
 * @param source where it came from: topic, partition and offset, or context and event of an outbox entry, label of a job
 * @param encrypted whether its content is encrypted
 * @param error class and message of the last failed attempt, or why it was rejected or discarded
 */
public record ItemView(
        long id,
        String state,
        String tone,
        String handler,
        @Nullable String topic,
        String source,
        @Nullable String resource,
        String lane,
        @Nullable String entity,
        @Nullable String type,
        @Nullable Moment storedAt,
        @Nullable Moment finishedAt,
        @Nullable Moment dueAt,
        int attempts,
        @Nullable String fingerprint,
        @Nullable String error,
        boolean encrypted) {

    public static ItemView of(ItemRow row, Times times) {
        return new ItemView(
                row.itemId(),
                row.state().name().toLowerCase(Locale.ROOT),
                tone(row),
                row.handler(),
                Shown.text(row.topic()),
                source(row),
                Shown.text(row.resource()),
                row.laneId().toString(),
                Shown.text(row.entityId()),
                Shown.text(row.eventType()),
                times.moment(row.storedAt()),
                times.moment(row.finishedAt()),
                times.moment(row.dueAt()),
                row.attempts(),
                Shown.text(row.fingerprint()),
                Shown.text(error(row)),
                row.keyId() != null);
    }

    /** Of the badge. */
    private static String tone(ItemRow row) {
        return switch (row.state()) {
            case DONE -> "ok";
            case FAILED -> "bad";
            case REJECTED -> "warn";
            case WAITING -> row.attempts() > 0 ? "warn" : "busy";
            case DISCARDED, SKIPPED -> "idle";
        };
    }

    private static String source(ItemRow row) {
        var entry = row.entry();
        if (entry != null) {
            return Shown.text(entry.context()) + " " + Shown.text(entry.event());
        }
        var job = row.job();
        if (job != null) {
            return job.label() == null ? "job" : "job " + Shown.text(job.label());
        }
        var topic = row.topic();
        return topic == null ? "–" : Shown.text(topic) + " " + row.partition() + ":" + row.offset();
    }

    private static @Nullable String error(ItemRow row) {
        if (row.reason() != null) {
            return row.reason();
        }
        var name = row.errorClass();
        if (name == null) {
            return null;
        }
        var simple = name.substring(name.lastIndexOf('.') + 1);
        return row.errorMessage() == null ? simple : simple + ": " + row.errorMessage();
    }
}
