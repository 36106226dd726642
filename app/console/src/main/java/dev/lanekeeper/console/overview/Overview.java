package dev.lanekeeper.console.overview;

import dev.lanekeeper.console.page.Figure;
import dev.lanekeeper.console.page.Moment;
import dev.lanekeeper.console.page.Sparkline;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The overview as it is shown.
 *
 * @param alerts what somebody should look at, the worst first; empty when everything flows
 * @param state one sentence on what is at work
 */
public record Overview(
        Moment asOf,
        String state,
        List<Alert> alerts,
        List<Figure> figures,
        List<HandlerLine> handlers,
        Conservation conservation) {

    /**
     * @param tone {@code bad} or {@code warn}
     * @param link where to do something about it, below the console's path; {@code null} where there is no such page
     */
    public record Alert(String tone, String text, @Nullable String link) {}

    /** One handler in the table. */
    public record HandlerLine(
            String name,
            String tone,
            String state,
            String stored,
            String done,
            String waiting,
            String blocked,
            String failures,
            String inKafka,
            Sparkline picture) {}

    /**
     * Whether everything is accounted for.
     *
     * @param tone {@code ok}, {@code bad}, or {@code idle} while it is not known
     * @param at when it was counted
     */
    public record Conservation(
            String tone, String verdict, @Nullable Moment at, List<BalanceLine> lines, List<String> faults) {}

    /** The terms of one handler; {@code consumed = stored + duplicates}, and stored is the sum of what follows it. */
    public record BalanceLine(
            String handler,
            boolean balanced,
            String consumed,
            String duplicates,
            String stored,
            String repeated,
            String waiting,
            String done,
            String skipped,
            String failed,
            String rejected,
            String discarded,
            String purged) {}
}
