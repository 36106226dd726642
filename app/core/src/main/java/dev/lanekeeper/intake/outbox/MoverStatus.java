package dev.lanekeeper.intake.outbox;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one mover of this node is doing.
 *
 * @param sinceBeat since it last looked at the outbox and the database answered
 * @param silentAfter when it should have looked again, whatever a pool or a driver made it wait for
 * @param moved entries since the start
 * @param refused of them, those that the database refused and that were stored as failures
 * @param problem why it cannot go on; {@code null} when it can
 */
public record MoverStatus(
        int number,
        boolean alive,
        Duration sinceBeat,
        Duration silentAfter,
        long moved,
        long refused,
        @Nullable String problem) {}
