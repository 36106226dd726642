package dev.lanekeeper.console.overview;

import dev.lanekeeper.console.overview.ConservationWatch.Counted;
import dev.lanekeeper.console.overview.Overview.BalanceLine;
import dev.lanekeeper.console.overview.Overview.Conservation;
import dev.lanekeeper.console.page.Background.Seen;
import dev.lanekeeper.console.page.Numbers;
import dev.lanekeeper.console.page.Times;
import dev.lanekeeper.work.Balance;
import java.util.ArrayList;
import java.util.List;

/** Says whether everything is accounted for, and by which terms. */
final class ConservationLines {

    private static final int MOST_FAULTS = 20;

    private ConservationLines() {}

    static Conservation of(Seen<Counted> seen, Times times) {
        var counted = seen.value();
        if (counted == null) {
            var why = seen.problem() == null ? "being counted" : "not known: " + seen.problem();
            return new Conservation("idle", why, null, List.of(), List.of());
        }
        var balanced = counted.isBalanced();
        return new Conservation(
                balanced ? "ok" : "bad",
                balanced ? "balanced" : "not balanced",
                times.moment(seen.at()),
                counted.balances().stream().map(ConservationLines::line).toList(),
                faults(counted));
    }

    private static List<String> faults(Counted counted) {
        var faults = new ArrayList<>(counted.strays());
        counted.balances().forEach(b -> faults.addAll(b.faults()));
        if (faults.size() <= MOST_FAULTS) {
            return List.copyOf(faults);
        }
        var shown = new ArrayList<>(faults.subList(0, MOST_FAULTS));
        shown.add("and " + Numbers.count(faults.size() - MOST_FAULTS) + " more");
        return List.copyOf(shown);
    }

    private static BalanceLine line(Balance balance) {
        var tallied = balance.tallied();
        return new BalanceLine(
                balance.handler(),
                balance.faults().isEmpty(),
                Numbers.count(tallied.consumed()),
                Numbers.count(tallied.duplicates()),
                Numbers.count(tallied.stored()),
                Numbers.count(tallied.repeated()),
                Numbers.count(balance.counted().waiting()),
                Numbers.count(tallied.done()),
                Numbers.count(tallied.skipped()),
                Numbers.count(tallied.failed()),
                Numbers.count(tallied.rejected()),
                Numbers.count(tallied.discarded()),
                Numbers.count(tallied.purged()));
    }
}
