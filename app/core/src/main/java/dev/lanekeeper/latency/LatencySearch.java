package dev.lanekeeper.latency;

import dev.lanekeeper.work.Database;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * How long things take, merged from the histograms of all nodes: percentiles are those of the events themselves, never
 * averages of percentiles. At most a few seconds old. For pages; called from any thread.
 */
public final class LatencySearch {

    private static final Duration NOW = Duration.ofMinutes(5);

    /** Up to here a picture has a point for each minute. */
    private static final Duration FINE = Duration.ofHours(2);

    private final Database database;
    private final Clock clock;

    public LatencySearch(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** The last five minutes: one for each handler and stage in which anything was measured. */
    public List<Latency> now() {
        return over(NOW);
    }

    /** The same for any time until now; what is longer than two hours is an hour too long at most. */
    public List<Latency> over(Duration time) {
        return latencies(null, time);
    }

    /** The same for one handler: one for each stage in which anything was measured. */
    public List<Latency> of(String handler, Duration time) {
        return latencies(handler, time);
    }

    /** The newest report of all nodes, up to a minute old unless nobody reports any more; {@code null} before the first. */
    public @Nullable LatencyReport report() {
        return new LatencyReportStore(database).newest();
    }

    private List<Latency> latencies(@Nullable String handler, Duration time) {
        var seconds = time.compareTo(FINE) <= 0 ? LatencyRecorder.MINUTE : LatencyRecorder.HOUR;
        return merged(rows(handler, time, seconds), row -> List.of(row.handler(), row.stage())).stream()
                .map(Merged::latency)
                .toList();
    }

    /**
     * A handler over time, stage by stage: for up to two hours a point for each minute, beyond that (the last 24 hours, a month)
     * for each quarter of an hour. Times in which nothing was measured have no point.
     */
    public List<LatencyPoint> points(String handler, Duration time) {
        var seconds = time.compareTo(FINE) <= 0 ? LatencyRecorder.MINUTE : LatencyRecorder.QUARTER;
        var length = Duration.ofSeconds(seconds);
        return merged(rows(handler, time, seconds), row -> List.of(row.stage(), row.since())).stream()
                .map(m -> new LatencyPoint(m.since, length, m.latency()))
                .toList();
    }

    private record Row(
            String handler,
            Stage stage,
            Instant since,
            long events,
            long sumMicros,
            long minMicros,
            long maxMicros,
            byte[] histogram) {}

    private List<Row> rows(@Nullable String handler, Duration time, int seconds) {
        return database.sql("""
                        SELECT h.name, l.stage, l.since, l.events, l.sum_micros, l.min_micros, l.max_micros, l.histogram
                          FROM lanekeeper.handler AS h
                          JOIN lanekeeper.latency AS l ON l.handler_id = h.handler_id
                         WHERE l.seconds = ? AND l.since > ? AND (?::text IS NULL OR h.name = ?)
                         ORDER BY h.name, l.stage, l.since
                        """)
                .param(seconds)
                .param(Database.timestamp(clock.instant().minus(time).minusSeconds(seconds)))
                .param(handler)
                .param(handler)
                .query((row, n) -> row(row))
                .list();
    }

    private static Row row(ResultSet row) throws SQLException {
        return new Row(
                row.getString(1),
                Stage.of(row.getInt(2)),
                row.getObject(3, OffsetDateTime.class).toInstant(),
                row.getLong(4),
                row.getLong(5),
                row.getLong(6),
                row.getLong(7),
                row.getBytes(8));
    }

    /** Adds up what belongs together, in the order of the rows. */
    private static List<Merged> merged(List<Row> rows, Function<Row, List<Object>> key) {
        var byKey = new LinkedHashMap<List<Object>, Merged>();
        rows.forEach(row ->
                byKey.computeIfAbsent(key.apply(row), k -> new Merged(row)).add(row));
        return List.copyOf(byKey.values());
    }

    private static final class Merged {

        private final String handler;
        private final Stage stage;
        private final Instant since;
        private final Histogram histogram = new Histogram(2);
        private long events;
        private long sum;
        private long min = Long.MAX_VALUE;
        private long max;

        Merged(Row first) {
            this.handler = first.handler();
            this.stage = first.stage();
            this.since = first.since();
        }

        void add(Row row) {
            histogram.add(decode(row.histogram()));
            events += row.events();
            sum += row.sumMicros();
            min = Math.min(min, row.minMicros());
            max = Math.max(max, row.maxMicros());
        }

        private static Histogram decode(byte[] bytes) {
            try {
                return Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(bytes), 0);
            } catch (DataFormatException e) {
                throw new IllegalStateException(
                        "a row of latency holds no histogram; delete what was written by hand", e);
            }
        }

        Latency latency() {
            return new Latency(
                    handler,
                    stage,
                    events,
                    Database.micros(min),
                    Database.micros(max),
                    Database.micros(sum / events),
                    percentile(50),
                    percentile(95),
                    percentile(99));
        }

        private Duration percentile(double percent) {
            return Database.micros(Math.max(min, Math.min(max, histogram.getValueAtPercentile(percent))));
        }
    }
}
