package dev.lanekeeper.work;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Leaves out moves as long as what is left still goes wrong. */
final class Shortest {

    private final Predicate<List<Move>> goesWrong;
    private int tries;

    /** @param tries how often it may be played at most */
    Shortest(Predicate<List<Move>> goesWrong, int tries) {
        this.goesWrong = goesWrong;
        this.tries = tries;
    }

    List<Move> of(List<Move> moves) {
        var shortest = moves;
        for (var size = Math.max(1, moves.size() / 2); tries > 0; size = Math.max(1, size / 2)) {
            var shorter = without(shortest, size);
            if (size == 1 && shorter.size() == shortest.size()) {
                return shortest;
            }
            shortest = shorter;
        }
        return shortest;
    }

    private List<Move> without(List<Move> moves, int size) {
        var left = moves;
        for (var from = 0; from < left.size() && tries > 0; ) {
            var shorter = new ArrayList<>(left.subList(0, from));
            shorter.addAll(left.subList(Math.min(from + size, left.size()), left.size()));
            tries--;
            if (goesWrong.test(shorter)) {
                left = shorter;
            } else {
                from += size;
            }
        }
        return left;
    }
}
