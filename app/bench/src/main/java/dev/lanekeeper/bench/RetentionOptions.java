package dev.lanekeeper.bench;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code ops/bench retention} was asked to do.
 *
 * @param rows finished items in the tables
 * @param due how many of them are older than they may be
 * @param rate entries a second that are published and handled meanwhile
 * @param quietSeconds how long these are measured before old rows are deleted
 */
record RetentionOptions(
        int rows,
        int due,
        int rate,
        int quietSeconds,
        @Nullable Path json) {

    static final String USAGE = """
            --rows N                    finished items in the tables (1000000)
            --due N                     how many of them are too old (a thirtieth of them)
            --rate N                    entries a second that are handled meanwhile (50)
            --quiet-seconds N           how long they are measured before (20)
            --json FILE                 where the result goes
            """;

    static RetentionOptions parse(List<String> words) {
        var rows = 1_000_000;
        var due = 0;
        var rate = 50;
        var quietSeconds = 20;
        Path json = null;
        for (var rest = words.iterator(); rest.hasNext(); ) {
            var option = rest.next();
            switch (option) {
                case "--rows" -> rows = CorridorOptions.number(option, rest);
                case "--due" -> due = CorridorOptions.number(option, rest);
                case "--rate" -> rate = CorridorOptions.number(option, rest);
                case "--quiet-seconds" -> quietSeconds = CorridorOptions.number(option, rest);
                case "--json" -> json = Path.of(CorridorOptions.value(option, rest));
                default -> throw new IllegalArgumentException("Unknown option " + option);
            }
        }
        if (due == 0) {
            due = rows / 30;
        }
        if (rows < 1 || due < 0 || due > rows || rate < 1 || quietSeconds < 1) {
            throw new IllegalArgumentException("--due is at most --rows, and the others are at least 1");
        }
        return new RetentionOptions(rows, due, rate, quietSeconds, json);
    }
}
