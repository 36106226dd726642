package dev.lanekeeper.console.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Bars over time, drawn by the server; the fragment {@code parts :: bars} shows it.
 *
 * @param label what a screen reader says
 */
public record BarChart(int width, int height, List<Bar> bars, String label) {

    private static final int SLOT = 10;
    private static final double GAP = 1.5;
    private static final int HEIGHT = 36;

    /** Small values are still seen. */
    private static final double LEAST = 1;

    /**
     * One bar with ready numbers.
     *
     * @param title what a pointer that rests on it is told
     */
    public record Bar(String x, String y, String width, String height, String tone, String title) {}

    /** What a bar stands for. */
    public record Value(double amount, String tone, String title) {}

    public static BarChart of(List<Value> values, String label) {
        var most = values.stream().mapToDouble(Value::amount).max().orElse(0);
        var bars = new ArrayList<Bar>();
        for (var i = 0; i < values.size(); i++) {
            var value = values.get(i);
            if (value.amount() > 0) {
                var height = Math.max(LEAST, value.amount() / most * HEIGHT);
                bars.add(new Bar(
                        number(i * SLOT + GAP / 2),
                        number(HEIGHT - height),
                        number(SLOT - GAP),
                        number(height),
                        value.tone(),
                        value.title()));
            }
        }
        return new BarChart(Math.max(1, values.size()) * SLOT, HEIGHT, List.copyOf(bars), label);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
