package dev.lanekeeper.console.handlers;

import dev.lanekeeper.console.handlers.HandlerView.StateBadge;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One handler in the table of all.
 *
 * @param about what it does, if it is one of Lanekeeper's own
 */
public record HandlerRow(
        String name,
        @Nullable String about,
        List<StateBadge> states,
        String topics,
        String group,
        String lanes,
        String nodes,
        String inKafka,
        String settings) {}
