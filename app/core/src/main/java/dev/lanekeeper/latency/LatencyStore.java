package dev.lanekeeper.latency;

import dev.lanekeeper.latency.Window.Row;
import dev.lanekeeper.work.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes {@code latency}; each node writes rows of its own. */
final class LatencyStore {

    private static final Duration MINUTES_ARE_KEPT = Duration.ofHours(25);

    private final Database database;

    LatencyStore(Database database) {
        this.database = database;
    }

    /** Writes whole rows over what they were before, in one statement. */
    void write(List<Row> rows) {
        database.sql("""
                        INSERT INTO lanekeeper.latency AS l (
                               seconds, since, handler_id, stage, node_id, events, sum_micros, min_micros, max_micros, histogram)
                        SELECT k.seconds, to_timestamp(k.since), k.handler_id, k.stage, k.node_id, k.events, k.sum_micros,
                               k.min_micros, k.max_micros, k.histogram
                          FROM unnest(?::smallint[], ?::bigint[], ?::int[], ?::smallint[], ?::bigint[], ?::bigint[], ?::bigint[],
                                      ?::bigint[], ?::bigint[], ?::bytea[])
                               AS k (seconds, since, handler_id, stage, node_id, events, sum_micros, min_micros, max_micros,
                                     histogram)
                            ON CONFLICT (seconds, since, handler_id, stage, node_id) DO UPDATE
                           SET events = excluded.events,
                               sum_micros = excluded.sum_micros,
                               min_micros = excluded.min_micros,
                               max_micros = excluded.max_micros,
                               histogram = excluded.histogram
                        """)
                .param(rows.stream().mapToInt(Row::seconds).toArray())
                .param(rows.stream().mapToLong(r -> r.since().getEpochSecond()).toArray())
                .param(rows.stream().mapToInt(Row::handlerId).toArray())
                .param(rows.stream().mapToInt(r -> r.stage().code()).toArray())
                .param(rows.stream().mapToLong(Row::nodeId).toArray())
                .param(rows.stream().mapToLong(Row::events).toArray())
                .param(rows.stream().mapToLong(Row::sumMicros).toArray())
                .param(rows.stream().mapToLong(Row::minMicros).toArray())
                .param(rows.stream().mapToLong(Row::maxMicros).toArray())
                .param(rows.stream().map(Row::histogram).toArray(byte[][]::new))
                .update();
    }

    /** Deletes what no picture shows any more; {@code null} keeps the rows of longer times for ever. */
    void forget(Instant now, @Nullable Duration others) {
        forget(LatencyRecorder.MINUTE, now.minus(MINUTES_ARE_KEPT));
        if (others != null) {
            forget(LatencyRecorder.QUARTER, now.minus(others));
            forget(LatencyRecorder.HOUR, now.minus(others));
        }
    }

    private void forget(int seconds, Instant before) {
        database.sql("DELETE FROM lanekeeper.latency WHERE seconds = ? AND since < ?")
                .param(seconds)
                .param(Database.timestamp(before))
                .update();
    }
}
