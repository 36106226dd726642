package dev.lanekeeper.console.lane;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list of lanes.
 *
 * @param next where the next page begins; {@code null} after the last one
 * @param asOf when it was found out which lanes these are; {@code null} while it is not known
 */
public record LanePage(
        List<LaneRow> rows,
        @Nullable LanePlace next,
        @Nullable Instant asOf) {}
