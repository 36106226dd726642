package dev.lanekeeper.console.housekeeping;

import dev.lanekeeper.console.page.Figure;
import dev.lanekeeper.console.page.Moment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Retention as its page shows it.
 *
 * @param running whether a round is under way
 * @param archive whether items are copied before they are deleted
 */
public record HousekeepingView(
        boolean running, boolean archive, List<Figure> figures, List<Term> terms, List<RoundLine> rounds, List<Act> acts) {

    /** How long rows of one kind are kept. */
    public record Term(String what, String kept, String from, String property) {}

    /**
     * One round.
     *
     * @param counts rows by kind, in the order of {@link HousekeepingReader#KINDS}
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

    /** The names of the columns that {@link RoundLine#counts} has. */
    public List<String> kinds() {
        return HousekeepingReader.KINDS;
    }
}
