package dev.lanekeeper.console.jobrunr;

import dev.lanekeeper.console.page.Figure;
import dev.lanekeeper.console.page.Moment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs and nodes as they are shown.
 *
 * @param dashboard where JobRunr's own pages are; {@code null} when this node has them off
 */
public record RunsView(@Nullable String dashboard, List<Figure> figures, List<RunLine> runs, List<NodeLine> nodes) {

    /**
     * One run.
     *
     * @param more how many further lanes it owns; {@code null} when all are named
     * @param item what it was just handling, as {@code for 3 s at the last heartbeat}; {@code null} when that is not known
     */
    public record RunLine(
            String run,
            String node,
            String handlers,
            List<LaneLink> lanes,
            @Nullable String more,
            String waiting,
            @Nullable Long itemId,
            @Nullable String item) {}

    /** A lane by its resource. */
    public record LaneLink(String laneId, String name) {}

    /** One process. */
    public record NodeLine(
            String name,
            String tone,
            String state,
            String version,
            String roles,
            String workers,
            String lanes,
            Moment started,
            Moment renewed) {}
}
