package dev.lanekeeper.console.event;

import dev.lanekeeper.console.item.ItemRow;
import dev.lanekeeper.console.item.ItemState;
import dev.lanekeeper.console.page.Moment;
import dev.lanekeeper.console.page.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The way of one event as a bar: produced, polled, stored, started, finished.
 *
 * @param label what a person hears who cannot see it
 */
public record Waterfall(List<Stage> stages, String label) {

    public static final int WIDTH = 1_000;

    /** So much of the bar every stage gets, however short it was. */
    private static final double LEAST = 6;

    /**
     * One stage, by the name that latencies have.
     *
     * @param start what its beginning is called
     * @param x where it begins, of {@link #WIDTH}
     * @param begun when it began
     * @param ended {@code null} while it goes on
     */
    public record Stage(
            String name,
            String what,
            String start,
            String x,
            String width,
            String duration,
            @Nullable Moment begun,
            @Nullable Moment ended) {}

    private record Span(
            String name,
            String what,
            String start,
            Instant from,
            @Nullable Instant to,
            Instant until) {

        Duration duration() {
            var duration = Duration.between(from, until);
            return duration.isNegative() ? Duration.ZERO : duration;
        }
    }

    static Waterfall of(ItemRow row, Times times) {
        var spans = spans(row, times.now());
        var total =
                spans.stream().mapToDouble(span -> span.duration().toNanos()).sum();
        var free = WIDTH - LEAST * spans.size();
        var stages = new ArrayList<Stage>();
        var x = 0.0;
        for (var span : spans) {
            var width = LEAST
                    + (total == 0 ? free / spans.size() : free * span.duration().toNanos() / total);
            var open = span.to() == null ? " so far" : "";
            stages.add(new Stage(
                    span.name(),
                    span.what(),
                    span.start(),
                    number(x),
                    number(width),
                    Times.precise(span.duration()) + open,
                    times.moment(span.from()),
                    times.moment(span.to())));
            x += width;
        }
        var label = stages.stream()
                .map(stage -> stage.what() + " " + stage.duration())
                .reduce((a, b) -> a + ", " + b)
                .orElse("");
        return new Waterfall(List.copyOf(stages), label);
    }

    private static Instant orElse(@Nullable Instant produced, ItemRow row) {
        return produced == null ? row.polledAt() : produced;
    }

    private static List<Span> spans(ItemRow row, Instant now) {
        var spans = new ArrayList<Span>();
        var produced = row.producedAt();
        if (row.job() != null) {
            spans.add(span("kafka", "until its time", "Enqueued", orElse(produced, row), row.storedAt(), now));
        } else if (row.entry() != null) {
            spans.add(span("kafka", "in the outbox", "Written", orElse(produced, row), row.polledAt(), now));
            spans.add(span("buffer", "on the move", "Taken", row.polledAt(), row.storedAt(), now));
        } else {
            if (produced != null) {
                spans.add(span("kafka", "in Kafka", "Produced", produced, row.polledAt(), now));
            }
            spans.add(span("buffer", "in the buffer", "Polled", row.polledAt(), row.storedAt(), now));
        }
        var started = row.startedAt();
        var finished = row.finishedAt();
        if (started != null) {
            spans.add(span("wait", "waiting", "Stored", row.storedAt(), started, now));
            spans.add(span("handler", "in the handler", "Started", started, finished, now));
        } else {
            var isOver = row.state() != ItemState.WAITING;
            if (!isOver || finished != null) {
                spans.add(span("wait", "waiting", "Stored", row.storedAt(), finished, now));
            }
        }
        return spans;
    }

    private static Span span(String name, String what, String start, Instant from, @Nullable Instant to, Instant now) {
        return new Span(name, what, start, from, to, to == null ? now : to);
    }

    private static String number(double number) {
        return String.format(Locale.ROOT, "%.1f", number);
    }
}
