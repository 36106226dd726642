package dev.lanekeeper.console.lag;

import dev.lanekeeper.work.Database;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads how far each handler has stored the partitions of its topics. */
final class ProgressSearch {

    private final Database database;

    ProgressSearch(Database database) {
        this.database = database;
    }

    /**
     * A partition that a handler has read from.
     *
     * @param node the name of the node that reads it now; {@code null} when none that lives does
     * @param lostAtBroker records that the broker had removed before they were read
     */
    record Progress(
            String handler,
            String topic,
            int partition,
            long nextOffset,
            long lostAtBroker,
            @Nullable String stoppedReason,
            @Nullable String node) {}

    List<Progress> all() {
        return database.sql("""
                        SELECT h.name AS handler, p.topic, p.partition, p.next_offset, p.lost_at_broker, p.stopped_reason,
                               n.name AS node
                          FROM lanekeeper.partition_progress AS p
                          JOIN lanekeeper.handler AS h ON h.handler_id = p.handler_id
                          LEFT JOIN lanekeeper.node AS n ON n.node_id = p.assigned_node
                         ORDER BY h.name, p.topic, p.partition
                        """).query(Progress.class).list();
    }

    /**
     * @param topics names with commas between them, or a pattern between slashes
     */
    record Source(String handler, @Nullable String topics) {}

    List<Source> sources() {
        return database.sql("SELECT name AS handler, topics FROM lanekeeper.handler")
                .query(Source.class)
                .list();
    }
}
