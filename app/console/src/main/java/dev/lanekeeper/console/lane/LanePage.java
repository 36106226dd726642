package dev.lanekeeper.console.lane;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list of lanes.
 *
 * @param next where the next page begins; {@code null} after the last one
 */
public record LanePage(List<LaneRow> rows, @Nullable LanePlace next) {}
