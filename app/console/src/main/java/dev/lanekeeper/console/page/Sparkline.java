package dev.lanekeeper.console.page;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A small line over time, drawn by the server; the fragment {@code parts :: spark} shows it.
 *
 * @param line the {@code d} of the path
 * @param area the same, closed at the bottom
 * @param label what a screen reader says
 * @param tone {@code ok}, {@code warn}, {@code bad}, {@code idle}, or nothing for the accent
 */
public record Sparkline(int width, int height, String line, String area, String label, String tone) {

    private static final int WIDTH = 240;
    private static final int HEIGHT = 36;

    /** Room for half the line's width. */
    private static final double EDGE = 1;

    /** From zero at the bottom to the largest value at the top; a line at the bottom where all are zero. */
    public static Sparkline of(List<? extends Number> values, String label, String tone) {
        var most = values.stream().mapToDouble(Number::doubleValue).max().orElse(0);
        var step = values.size() < 2 ? WIDTH : WIDTH / (values.size() - 1.0);
        var points = IntStream.range(0, values.size())
                .mapToObj(i -> point(i * step, values.get(i).doubleValue(), most))
                .collect(Collectors.joining("L"));
        var line = points.isEmpty() ? "" : "M" + points;
        var end = Math.max(0, values.size() - 1) * step;
        var area = points.isEmpty() ? "" : line + number("L%.1f %d", end, HEIGHT) + "L0 " + HEIGHT + "Z";
        return new Sparkline(WIDTH, HEIGHT, line, area, label, tone);
    }

    private static String point(double x, double value, double most) {
        var share = most <= 0 ? 0 : Math.max(0, value) / most;
        return number("%.1f %.1f", x, HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE));
    }

    private static String number(String format, Object... numbers) {
        return String.format(Locale.ROOT, format, numbers);
    }
}
