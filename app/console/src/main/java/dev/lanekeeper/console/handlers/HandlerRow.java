package dev.lanekeeper.console.handlers;

import dev.lanekeeper.console.handlers.HandlerView.StateBadge;
import java.util.List;

/** One handler in the table of all. */
public record HandlerRow(
        String name,
        List<StateBadge> states,
        String topics,
        String group,
        String lanes,
        String nodes,
        String inKafka,
        String settings) {}
