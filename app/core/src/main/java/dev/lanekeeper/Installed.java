package dev.lanekeeper;

import dev.lanekeeper.work.Database;
import java.util.UUID;

/**
 * A database whose schema is ours and as this release needs it.
 *
 * @param mark of our Kafka commits
 * @param workers how many runs this node works on at once
 */
record Installed(Database database, UUID mark, int workers) {}
