package dev.lanekeeper.demo;

import dev.lanekeeper.demo.Books.Sums;
import dev.lanekeeper.demo.Ledger.Verdict;
import dev.lanekeeper.demo.SampleEvents.Fate;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether everything that was sent is accounted for: by the producer's list and the effects, and by Lanekeeper's own books.
 *
 * @param faults all that does not come out, in words
 */
record Conservation(Sums sums, Verdict verdict, List<String> faults) {

    static Conservation of(Ledger ledger, Effects effects, Books books) {
        var sums = books.sums();
        var verdict = ledger.verdict(effects.all(), books.failures());
        var faults = new ArrayList<>(books.faults());
        compare(faults, "consumed", sums.consumed(), "sent", ledger.size());
        compare(faults, "done", sums.done(), "sent to be done", ledger.count(Fate.DONE));
        compare(faults, "failed", sums.failed(), "sent to fail", ledger.count(Fate.FAILED));
        compare(faults, "duplicates", sums.duplicates(), "sent twice", ledger.count(Fate.DUPLICATE));
        return new Conservation(sums, verdict, faults);
    }

    boolean holds() {
        return verdict.isClean() && faults.isEmpty();
    }

    @Override
    public String toString() {
        return "conservation: consumed=%d done=%d failed=%d duplicates=%d missing=%d doubled=%d misordered=%d"
                .formatted(
                        sums.consumed(),
                        sums.done(),
                        sums.failed(),
                        sums.duplicates(),
                        verdict.missing(),
                        verdict.doubled(),
                        verdict.misordered());
    }

    private static void compare(List<String> faults, String left, long is, String right, long other) {
        if (is != other) {
            faults.add("%s = %d, but %s = %d".formatted(left, is, right, other));
        }
    }
}
