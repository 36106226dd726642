package dev.lanekeeper.console.housekeeping;

import dev.lanekeeper.console.page.Figure;
import dev.lanekeeper.console.page.Moment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Retention as its page shows it.
 *
 * @param archive whether items are copied before they are deleted
 * @param kinds the kinds of rows of which any of these rounds has deleted some, and items always
 */
public record HousekeepingView(
        boolean archive,
        List<Figure> figures,
        List<Term> terms,
        List<String> kinds,
        List<RoundLine> rounds,
        List<Act> acts) {

    /** How long rows of one kind are kept. */
    public record Term(String what, String kept, String from, String property) {}

    /**
     * One round.
     *
     * @param counts rows of each kind that is shown
     */
    public record RoundLine(
            @Nullable Moment begun,
            String took,
            String node,
            String tone,
            String result,
            @Nullable String error,
            List<String> counts,
            String batches,
            String longest) {}

    /** What somebody did. */
    public record Act(
            String operator,
            @Nullable String reason,
            String result,
            @Nullable Moment doneAt) {}
}
