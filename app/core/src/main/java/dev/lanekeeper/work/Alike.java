package dev.lanekeeper.work;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Takes a list apart into stretches of the same kind, which statements of their own write, in turn. */
final class Alike {

    private Alike() {}

    /** Writes a stretch; tells one result for each of its elements. */
    interface Step<T, R> {

        List<R> write(boolean kind, List<T> stretch);
    }

    static <T, R> List<R> inTurn(List<T> all, Predicate<T> kind, Step<T, R> step) {
        var results = new ArrayList<R>(all.size());
        var begin = 0;
        for (var end = 1; end <= all.size(); end++) {
            if (end == all.size() || kind.test(all.get(end)) != kind.test(all.get(begin))) {
                results.addAll(step.write(kind.test(all.get(begin)), all.subList(begin, end)));
                begin = end;
            }
        }
        return results;
    }
}
