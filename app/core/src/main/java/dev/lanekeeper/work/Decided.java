package dev.lanekeeper.work;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was decided about a claim; told after the commit. */
record Decided(UniqueClaim claim, StoredJob result) {

    static <T> List<Decided> of(List<Arrival<T>> arrivals, List<@Nullable StoredJob> results) {
        var decided = new ArrayList<Decided>();
        for (var n = 0; n < arrivals.size(); n++) {
            var claim = arrivals.get(n).claim();
            var result = results.get(n);
            if (claim != null && result != null) {
                decided.add(new Decided(claim, result));
            }
        }
        return decided;
    }
}
