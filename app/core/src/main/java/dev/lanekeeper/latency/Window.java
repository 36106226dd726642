package dev.lanekeeper.latency;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.HdrHistogram.Histogram;

/** What one handler's stages took within one stretch of time, on one node; guarded by its owner. */
final class Window {

    /** Values are known within 1 %. */
    private static final int DIGITS = 2;

    private static final long LONGEST_MICROS = Duration.ofDays(100).toNanos() / 1_000;

    private final int handlerId;
    private final int seconds;
    private final Instant since;
    private final long nodeId;
    private final Part[] parts = new Part[Stage.values().length];
    private boolean unwritten;

    Window(int handlerId, int seconds, Instant since, long nodeId) {
        this.handlerId = handlerId;
        this.seconds = seconds;
        this.since = since;
        this.nodeId = nodeId;
        Arrays.setAll(parts, n -> new Part());
    }

    /** One stage. */
    private static final class Part {

        private final Histogram histogram = new Histogram(DIGITS);
        private long sum;
        private long min = Long.MAX_VALUE;
        private long max;

        void record(long micros) {
            histogram.recordValue(micros);
            sum += micros;
            min = Math.min(min, micros);
            max = Math.max(max, micros);
        }
    }

    /** A row as it is written: the whole window so far, so that writing it again is harmless. */
    record Row(
            int seconds,
            Instant since,
            int handlerId,
            Stage stage,
            long nodeId,
            long events,
            long sumMicros,
            long minMicros,
            long maxMicros,
            byte[] histogram) {}

    Instant since() {
        return since;
    }

    void record(Stage stage, long micros) {
        parts[stage.ordinal()].record(Math.max(0, Math.min(LONGEST_MICROS, micros)));
        unwritten = true;
    }

    /** What has changed since the last call; nothing if nothing has. */
    List<Row> takeUnwritten() {
        if (!unwritten) {
            return List.of();
        }
        unwritten = false;
        var rows = new ArrayList<Row>();
        for (var stage : Stage.values()) {
            var part = parts[stage.ordinal()];
            if (part.histogram.getTotalCount() > 0) {
                rows.add(row(stage, part));
            }
        }
        return rows;
    }

    private Row row(Stage stage, Part part) {
        return new Row(
                seconds,
                since,
                handlerId,
                stage,
                nodeId,
                part.histogram.getTotalCount(),
                part.sum,
                part.min,
                part.max,
                encode(part.histogram));
    }

    private static byte[] encode(Histogram histogram) {
        var buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        var length = histogram.encodeIntoCompressedByteBuffer(buffer);
        return Arrays.copyOf(buffer.array(), length);
    }
}
