package dev.lanekeeper.work;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * One thing that happens in a {@link Play}. What there is to choose from is counted through, and a move that is impossible does
 * nothing: so a part of a list of moves is a list of moves, and can be played as well.
 *
 * @param which of the processes, lanes, items or locks that there are
 * @param how more of it, for those that have a choice
 */
record Move(What what, int which, int how) {

    /** With how often each is drawn. */
    enum What {
        STORE(12),
        CLAIM(16),
        START(34),
        END(18),
        RECORD(10),
        TIME_PASSES(12),
        JOIN(4),
        /** The process stands still with all that it has in memory; perhaps between its look at the lease and its next item. */
        FREEZE(4),
        THAW(6),
        /** Only the heartbeat is late; its runs go on. */
        HEART_STOPS(2),
        HEART_GOES_ON(3),
        KILL(2),
        /** The process no longer knows that it owns a lane. */
        FORGET(1),
        TAKE_LOCK_AWAY(6),
        PARK(5),
        UNPARK(3),
        DISCARD(3),
        RETRY(7),
        SWEEP(4);

        private final int weight;

        What(int weight) {
            this.weight = weight;
        }
    }

    private static final int MANY = 1 << 10;
    private static final int ONE_IN = 25;

    /** Fifteen seconds. */
    private static final int LONGEST = 5;

    private static final int ALL_LANES = 3;

    static List<Move> draw(long seed, int number) {
        var random = new Random(seed);
        var all = new ArrayList<What>();
        for (var what : What.values()) {
            for (var n = 0; n < what.weight; n++) {
                all.add(what);
            }
        }
        var moves = new ArrayList<>(begin(random));
        while (moves.size() < number) {
            if (random.nextInt(ONE_IN) == 0) {
                moves.addAll(overtaken(random));
            } else {
                moves.add(new Move(all.get(random.nextInt(all.size())), random.nextInt(MANY), random.nextInt(MANY)));
            }
        }
        return moves;
    }

    /** So that there is something to do, and to wait for. */
    private static List<Move> begin(Random random) {
        return drawn(
                random, What.STORE, What.STORE, What.STORE, What.STORE, What.STORE, What.CLAIM, What.START, What.CLAIM);
    }

    /** A process stands still for longer than it may, others do its work, and then it goes on: seldom by mere chance. */
    private static List<Move> overtaken(Random random) {
        var process = random.nextInt(MANY);
        var moves = new ArrayList<>(drawn(random, What.STORE, What.STORE));
        moves.add(new Move(What.CLAIM, process, ALL_LANES));
        moves.addAll(drawn(random, What.START, What.START));
        moves.add(new Move(What.FREEZE, process, random.nextInt(MANY)));
        moves.add(new Move(What.TIME_PASSES, 0, LONGEST));
        moves.addAll(drawn(
                random, What.CLAIM, What.CLAIM, What.START, What.START, What.START, What.START, What.START, What.THAW));
        return moves;
    }

    private static List<Move> drawn(Random random, What... all) {
        return Stream.of(all)
                .map(what -> new Move(what, random.nextInt(MANY), random.nextInt(MANY)))
                .toList();
    }

    @Override
    public String toString() {
        return what + " " + which + "," + how;
    }
}
