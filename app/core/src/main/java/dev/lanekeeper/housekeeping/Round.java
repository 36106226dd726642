package dev.lanekeeper.housekeeping;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One time that old rows were looked for.
 *
 * @param nodeId the incarnation that does it
 * @param finishedAt {@code null} while it goes on
 * @param result {@code null} while it goes on
 * @param error why it failed; {@code null} if it did not
 * @param batches how many transactions it took
 * @param longest the longest of them; zero while it goes on
 */
public record Round(
        long id,
        long nodeId,
        Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable Result result,
        @Nullable String error,
        long batches,
        Duration longest,
        Swept swept) {

    /** How it ended; whatever was deleted until then stays deleted, and the next round goes on with the rest. */
    public enum Result {
        /** Nothing was left to do. */
        DONE,
        /** The node was stopped. */
        STOPPED,
        /** See the error. */
        FAILED,
        /** The node died, or was declared dead. */
        LOST;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Result of(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }
}
