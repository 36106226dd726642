package dev.lanekeeper.bench;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code ops/bench corridor} was asked to do.
 *
 * @param runIn how many events each contender handles in each round before it is measured, so that its code is compiled
 * @param events how many events each contender handles in each round while it is measured
 * @param resources how they are spread over resources
 * @param contenders in the order of their turns
 * @param rounds how many rounds are measured, after those that warm the JVM up
 * @param workers how many jobs are worked on at once
 * @param flushSize how many records are stored in one transaction at most
 * @param flushOnly the product only stores, and handles nothing
 * @param prefill finished items that are in the product's tables before the first event, for one more contender
 * @param quietRate events a second in the quiet run, which measures latency
 * @param quietSeconds how long the quiet run lasts; 0 for none
 * @param quietWarmUpSeconds how long it goes on before it is measured: at this rate compiling takes most of a minute
 */
record CorridorOptions(
        int runIn,
        int events,
        String resources,
        List<String> contenders,
        int warmUps,
        int rounds,
        int workers,
        int flushSize,
        boolean flushOnly,
        long prefill,
        int quietRate,
        int quietSeconds,
        int quietWarmUpSeconds,
        @Nullable Path json,
        @Nullable Path profile) {

    static final String USAGE = """
            --run-in N                  events of each round before the measured ones (0)
            --events N                  measured events of each round (100000)
            --resources SPREAD          zipf:100, uniform:10000, unique, none or one (zipf:100)
            --contenders A,B            of lanekeeper, statsd, bare, by-hand (lanekeeper,bare)
            --warm-ups N                rounds that are not measured (1)
            --rounds N                  rounds that are measured (3)
            --workers N                 jobs at a time (16)
            --flush-size N              records stored in one transaction (500)
            --flush-only                lanekeeper stores and handles nothing
            --prefill N                 one more lanekeeper, whose tables hold N finished items (0)
            --quiet-rate N              events a second in the quiet run (500)
            --quiet-seconds N           length of the quiet run, 0 for none (0)
            --quiet-warm-up-seconds N   how long it goes on before it is measured (60)
            --json FILE                 where the result goes
            --profile FOLDER            writes flight recordings, and shows what used the time
            """;

    static CorridorOptions parse(List<String> words) {
        var parsed = new Parsed();
        for (var rest = words.iterator(); rest.hasNext(); ) {
            parsed.take(rest.next(), rest);
        }
        return parsed.options();
    }

    private static final class Parsed {

        private int runIn;
        private int events = 100_000;
        private String resources = "zipf:100";
        private List<String> contenders = List.of("lanekeeper", "bare");
        private int warmUps = 1;
        private int rounds = 3;
        private int workers = 16;
        private int flushSize = 500;
        private boolean flushOnly;
        private long prefill;
        private int quietRate = 500;
        private int quietSeconds;
        private int quietWarmUpSeconds = 60;
        private @Nullable Path json;
        private @Nullable Path profile;

        void take(String option, Iterator<String> rest) {
            switch (option) {
                case "--run-in" -> runIn = number(option, rest);
                case "--events" -> events = number(option, rest);
                case "--resources" -> resources = value(option, rest);
                case "--contenders" -> contenders = List.of(value(option, rest).split(",", -1));
                case "--warm-ups" -> warmUps = number(option, rest);
                case "--rounds" -> rounds = number(option, rest);
                case "--workers" -> workers = number(option, rest);
                case "--flush-size" -> flushSize = number(option, rest);
                case "--flush-only" -> flushOnly = true;
                case "--prefill" -> prefill = number(option, rest);
                case "--quiet-rate" -> quietRate = number(option, rest);
                case "--quiet-seconds" -> quietSeconds = number(option, rest);
                case "--quiet-warm-up-seconds" -> quietWarmUpSeconds = number(option, rest);
                case "--json" -> json = Path.of(value(option, rest));
                case "--profile" -> profile = Path.of(value(option, rest));
                default -> throw new IllegalArgumentException("Unknown option " + option);
            }
        }

        CorridorOptions options() {
            return new CorridorOptions(
                    runIn,
                    events,
                    resources,
                    contenders,
                    warmUps,
                    rounds,
                    workers,
                    flushSize,
                    flushOnly,
                    prefill,
                    quietRate,
                    quietSeconds,
                    quietWarmUpSeconds,
                    json,
                    profile);
        }
    }

    static int number(String option, Iterator<String> rest) {
        var value = value(option, rest);
        try {
            return Integer.parseInt(value.replace("_", ""));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(option + " wants a number, not " + value, e);
        }
    }

    static String value(String option, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(option + " wants a value");
        }
        return rest.next();
    }
}
