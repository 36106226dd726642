package dev.lanekeeper.console.page;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SortedMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Durations over time on a logarithmic scale, several lines, drawn by the server; the fragment {@code parts :: chart} shows it.
 *
 * @param grid a line for each power of ten
 * @param ticks what stands below
 * @param label what a screen reader says
 */
public record LineChart(
        int width, int height, List<Rule> grid, List<Tick> ticks, List<Line> lines, List<Dot> dots, String label) {

    private static final int WIDTH = 320;
    private static final int HEIGHT = 132;
    private static final int LEFT = 48;
    private static final int RIGHT = 4;
    private static final int TOP = 8;
    private static final int BOTTOM = 22;

    /** A level line and what it stands for. */
    public record Rule(String y, String text) {}

    /** A time below the picture; {@code anchor} is {@code start}, {@code middle} or {@code end}. */
    public record Tick(String x, String text, String anchor) {}

    /** One series; gaps are left open. */
    public record Line(String name, String path) {}

    /** A value without neighbours, which no line would show. */
    public record Dot(String name, String x, String y) {}

    /**
     * @param values by slot, the first slot being the oldest; slots in which nothing was measured are absent
     */
    public record Series(String name, SortedMap<Integer, Duration> values) {}

    /** @param times below the picture, evenly spread, the oldest first */
    public static LineChart of(List<Series> series, int slots, List<String> times, String label) {
        var scale = Scale.of(series);
        var lines = new ArrayList<Line>();
        var dots = new ArrayList<Dot>();
        for (var one : series) {
            draw(one, slots, scale, lines, dots);
        }
        return new LineChart(WIDTH, HEIGHT, scale.grid(), ticks(times), List.copyOf(lines), List.copyOf(dots), label);
    }

    private static void draw(Series series, int slots, Scale scale, List<Line> lines, List<Dot> dots) {
        var path = new StringBuilder();
        Integer last = null;
        for (var entry : series.values().entrySet()) {
            var slot = entry.getKey();
            var joined = last != null && slot == last + 1;
            var x = x(slot, slots);
            var y = number(scale.y(entry.getValue()));
            path.append(joined ? 'L' : 'M').append(x).append(' ').append(y);
            if (!joined && !series.values().containsKey(slot + 1)) {
                dots.add(new Dot(series.name(), x, y));
            }
            last = slot;
        }
        if (!path.isEmpty()) {
            lines.add(new Line(series.name(), path.toString()));
        }
    }

    private static String x(int slot, int slots) {
        return number(LEFT + (double) slot / Math.max(1, slots - 1) * (WIDTH - LEFT - RIGHT));
    }

    private static List<Tick> ticks(List<String> times) {
        return IntStream.range(0, times.size())
                .mapToObj(i -> new Tick(
                        x(i, times.size()), times.get(i), i == 0 ? "start" : i == times.size() - 1 ? "end" : "middle"))
                .toList();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    /** Powers of ten of microseconds, from below the smallest to above the largest value. */
    private record Scale(int low, int high) {

        static Scale of(List<Series> series) {
            var exponents = series.stream()
                    .flatMap(s -> s.values().values().stream())
                    .map(Scale::exponent)
                    .filter(Objects::nonNull)
                    .mapToDouble(Double::doubleValue)
                    .summaryStatistics();
            if (exponents.getCount() == 0) {
                return new Scale(2, 5);
            }
            var low = (int) Math.floor(exponents.getMin());
            return new Scale(low, Math.max(low + 1, (int) Math.ceil(exponents.getMax())));
        }

        private static @Nullable Double exponent(Duration value) {
            return Math.log10(Math.max(10, value.toNanos() / 1_000.0));
        }

        double y(Duration value) {
            var share = (Math.log10(Math.max(10, value.toNanos() / 1_000.0)) - low) / (high - low);
            return HEIGHT - BOTTOM - Math.max(0, Math.min(1, share)) * (HEIGHT - TOP - BOTTOM);
        }

        List<Rule> grid() {
            var step = high - low > 4 ? 2 : 1;
            return IntStream.rangeClosed(low, high)
                    .filter(exponent -> (exponent - low) % step == 0)
                    .mapToObj(exponent -> Duration.ofNanos((long) Math.pow(10, exponent) * 1_000))
                    .map(value -> new Rule(number(y(value)), round(value)))
                    .toList();
        }

        private static String round(Duration value) {
            var micros = value.toNanos() / 1_000;
            if (micros < 1_000) {
                return micros + " µs";
            }
            return micros < 1_000_000 ? micros / 1_000 + " ms" : Numbers.count(micros / 1_000_000) + " s";
        }
    }
}
