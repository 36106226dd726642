package dev.lanekeeper.bench;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code ops/bench outbox} was asked to do.
 *
 * @param runIn how many entries each contender processes in each round before it is measured
 * @param entries how many it processes while it is measured
 * @param keys how they are spread over causality keys
 * @param contenders in the order of their turns
 * @param rounds how many rounds are measured, after those that warm the JVM up
 * @param publishers threads that write business transactions
 * @param workers threads that process entries
 * @param quietRate entries a second in the quiet run, which measures latency
 * @param quietSeconds how long the quiet run lasts; 0 for none
 */
record OutboxOptions(
        int runIn,
        int entries,
        String keys,
        List<String> contenders,
        int warmUps,
        int rounds,
        int publishers,
        int workers,
        int quietRate,
        int quietSeconds,
        @Nullable Path json) {

    static final String USAGE = """
            --run-in N                  entries of each round before the measured ones (5000)
            --entries N                 measured entries of each round (20000)
            --keys SPREAD               zipf:100, uniform:10000, unique, none or one (zipf:100)
            --contenders A,B            of business, lanekeeper, gruelbox, modulith, namastack (all)
            --warm-ups N                rounds that are not measured (1)
            --rounds N                  rounds that are measured (3)
            --publishers N              threads that write business transactions (4)
            --workers N                 threads that process entries (16)
            --quiet-rate N              entries a second in the quiet run (200)
            --quiet-seconds N           length of the quiet run, 0 for none (10)
            --json FILE                 where the result goes
            """;

    static OutboxOptions parse(List<String> words) {
        var runIn = 5_000;
        var entries = 20_000;
        var keys = "zipf:100";
        var contenders = OutboxContender.NAMES;
        var warmUps = 1;
        var rounds = 3;
        var publishers = 4;
        var workers = 16;
        var quietRate = 200;
        var quietSeconds = 10;
        Path json = null;
        for (var rest = words.iterator(); rest.hasNext(); ) {
            var option = rest.next();
            switch (option) {
                case "--run-in" -> runIn = CorridorOptions.number(option, rest);
                case "--entries" -> entries = CorridorOptions.number(option, rest);
                case "--keys" -> keys = CorridorOptions.value(option, rest);
                case "--contenders" ->
                    contenders = List.of(CorridorOptions.value(option, rest).split(",", -1));
                case "--warm-ups" -> warmUps = CorridorOptions.number(option, rest);
                case "--rounds" -> rounds = CorridorOptions.number(option, rest);
                case "--publishers" -> publishers = CorridorOptions.number(option, rest);
                case "--workers" -> workers = CorridorOptions.number(option, rest);
                case "--quiet-rate" -> quietRate = CorridorOptions.number(option, rest);
                case "--quiet-seconds" -> quietSeconds = CorridorOptions.number(option, rest);
                case "--json" -> json = Path.of(CorridorOptions.value(option, rest));
                default -> throw new IllegalArgumentException("Unknown option " + option);
            }
        }
        return new OutboxOptions(
                runIn, entries, keys, contenders, warmUps, rounds, publishers, workers, quietRate, quietSeconds, json);
    }
}
