package dev.lanekeeper.work;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Work on its way into the corridor beside other work, some of which claims to be the only one of its key.
 *
 * @param resource the canonical key of its resource; {@code null} for work without a lane of its own
 * @param isEvent whether it is kept as an item of its own when it is put off, since nobody can be told
 * @param claim {@code null} for none
 * @param dueAt when it may run first; {@code null} for at once
 * @param hops how often it was put off before
 */
record Arrival<T>(
        T work,
        int handlerId,
        String laneGroup,
        @Nullable String resource,
        int bytes,
        boolean isEvent,
        @Nullable UniqueClaim claim,
        @Nullable Instant dueAt,
        int hops) {}
