package dev.lanekeeper.console.outbox;

import dev.lanekeeper.console.item.ItemView;
import dev.lanekeeper.console.page.Figure;
import dev.lanekeeper.console.page.Moment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The outbox as it is shown.
 *
 * @param retrying the entries whose next attempt comes first
 * @param failed the last ones that failed
 */
public record OutboxView(
        List<Figure> figures, List<SubscriberLine> subscribers, List<ItemView> retrying, List<ItemView> failed) {

    /**
     * A handler of outbox entries.
     *
     * @param takes which entries, in words
     * @param next when the first of the retrying ones is tried again
     */
    public record SubscriberLine(
            String handler,
            String takes,
            String ready,
            String retrying,
            @Nullable Moment next,
            String failed) {}
}
