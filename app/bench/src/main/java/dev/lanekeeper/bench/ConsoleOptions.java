package dev.lanekeeper.bench;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code ops/bench console} was asked to do.
 *
 * @param items finished items in the tables, failures among them
 * @param requests how often each page is asked for
 */
record ConsoleOptions(
        int items, int failures, int requests, @Nullable Path json) {

    static final String USAGE = """
            --items N                   finished items in the tables (1000000)
            --failures N                how many of them are failures (50000)
            --requests N                how often each page is asked for (60)
            --json FILE                 where the result goes
            """;

    static ConsoleOptions parse(List<String> words) {
        var items = 1_000_000;
        var failures = 50_000;
        var requests = 60;
        Path json = null;
        for (var rest = words.iterator(); rest.hasNext(); ) {
            var option = rest.next();
            switch (option) {
                case "--items" -> items = CorridorOptions.number(option, rest);
                case "--failures" -> failures = CorridorOptions.number(option, rest);
                case "--requests" -> requests = CorridorOptions.number(option, rest);
                case "--json" -> json = Path.of(CorridorOptions.value(option, rest));
                default -> throw new IllegalArgumentException("Unknown option " + option);
            }
        }
        if (failures < 1 || failures >= items || requests < 1) {
            throw new IllegalArgumentException("--failures is at least 1 and below --items, --requests at least 1");
        }
        return new ConsoleOptions(items, failures, requests, json);
    }
}
