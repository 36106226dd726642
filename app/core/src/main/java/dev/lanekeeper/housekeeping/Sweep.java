package dev.lanekeeper.housekeeping;

import dev.lanekeeper.housekeeping.Round.Result;
import dev.lanekeeper.work.Database;
import java.time.Duration;
import java.util.function.Supplier;

/** The pieces of one round: each one is a transaction together with the note of what it has done. */
final class Sweep {

    private final Database database;
    private final HousekeepingStore rounds;
    private final Rest rest;
    private final long round;
    private Duration longest = Duration.ZERO;

    Sweep(Database database, HousekeepingStore rounds, Rest rest, long round) {
        this.database = database;
        this.rounds = rounds;
        this.rest = rest;
        this.round = round;
    }

    /** What one transaction has done, and what it has found. */
    record Batch<T>(Swept swept, T found) {}

    /** The round ends before everything is done. */
    static final class Ended extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final Result result;

        Ended(Result result) {
            super("ended as " + result.text(), null, false, false);
            this.result = result;
        }

        Result result() {
            return result;
        }
    }

    /**
     * Does one piece; whatever is repeated after a clash must leave nothing but rows.
     *
     * @throws Ended when the node stops, or when the round was taken away from it; then nothing was done
     */
    <T> T batch(Supplier<Batch<T>> piece) {
        if (rest.isEnded()) {
            throw new Ended(Result.STOPPED);
        }
        var begun = System.nanoTime();
        var batch = database.inTransaction(() -> {
            database.guardLanes();
            var done = piece.get();
            if (!rounds.add(round, done.swept())) {
                throw new Ended(Result.LOST);
            }
            return done;
        });
        var took = Duration.ofNanos(System.nanoTime() - begun);
        longest = took.compareTo(longest) > 0 ? took : longest;
        if (!rest.after(took)) {
            throw new Ended(Result.STOPPED);
        }
        return batch.found();
    }

    /** The same for a piece after which nothing needs to be known. */
    long delete(Supplier<Swept> piece) {
        return batch(() -> {
            var swept = piece.get();
            return new Batch<>(swept, swept.total());
        });
    }

    /** Repeats a piece until it finds nothing any more. */
    void all(Supplier<Swept> piece) {
        while (delete(piece) > 0) {}
    }

    Duration longest() {
        return longest;
    }
}
