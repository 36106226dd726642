package dev.lanekeeper.console.lane;

import dev.lanekeeper.console.lane.LongestLaneSearch.Length;
import dev.lanekeeper.console.page.Background;
import dev.lanekeeper.console.page.Background.Seen;
import dev.lanekeeper.console.page.Times;
import dev.lanekeeper.work.Database;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compares all lanes now and then, while somebody looks: no page waits for it, and every page says when it was done. */
public final class LongestLanes implements AutoCloseable {

    private static final Duration REST = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Background<List<Length>> background;

    public LongestLanes(Database database, Times times) {
        var search = new LongestLaneSearch(database);
        this.background = new Background<>("longest-lanes", REST, times::now, search::lengths);
    }

    /** What is known of the lengths; without a value while they are being compared for the first time. */
    Seen<List<Length>> look() {
        return background.look(PATIENCE);
    }

    /** Behind a place in the order of lengths. */
    static List<LanePlace> behind(List<Length> lengths, @Nullable String handler, LanePlace after, int limit) {
        return lengths.stream()
                .filter(length -> handler == null || handler.equals(length.handler()))
                .map(Length::place)
                .filter(place -> place.isShorterThan(after))
                .limit(limit)
                .toList();
    }

    @Override
    public void close() {
        background.close();
    }
}
