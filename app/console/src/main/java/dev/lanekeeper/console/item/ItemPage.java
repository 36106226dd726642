package dev.lanekeeper.console.item;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list.
 *
 * @param next where the next page begins; {@code null} after the last one
 * @param cutShort whether so much had to be passed over that the search stopped before the page was full
 */
public record ItemPage(List<ItemRow> rows, @Nullable Place next, boolean cutShort) {}
