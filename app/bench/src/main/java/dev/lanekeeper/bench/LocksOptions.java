package dev.lanekeeper.bench;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code ops/bench locks} was asked to do.
 *
 * @param jobs how many each contender does in a round
 * @param keys how they are spread over resources
 * @param works how long a job works, in milliseconds; each is a scenario
 */
record LocksOptions(
        int jobs,
        String keys,
        List<Integer> works,
        List<String> contenders,
        int warmUps,
        int rounds,
        int workers,
        @Nullable Path json) {

    static final String USAGE = """
            --jobs N                    jobs of each round (5000)
            --resources SPREAD          as of the corridor (uniform:100)
            --work MS,MS                how long a job works, each a scenario (0,1)
            --contenders A,B            of lanes, lanes-and-redis, throw, block (all)
            --warm-ups N                rounds that are not measured (1)
            --rounds N                  rounds that are measured (2)
            --workers N                 jobs at a time (16)
            --json FILE                 where the result goes
            """;

    static LocksOptions parse(List<String> words) {
        var jobs = 5_000;
        var keys = "uniform:100";
        var works = List.of(0, 1);
        var contenders = LocksContender.NAMES;
        var warmUps = 1;
        var rounds = 2;
        var workers = 16;
        Path json = null;
        for (var rest = words.iterator(); rest.hasNext(); ) {
            var option = rest.next();
            switch (option) {
                case "--jobs" -> jobs = CorridorOptions.number(option, rest);
                case "--resources" -> keys = CorridorOptions.value(option, rest);
                case "--work" ->
                    works = List.of(CorridorOptions.value(option, rest).split(",", -1)).stream()
                            .map(Integer::valueOf)
                            .toList();
                case "--contenders" ->
                    contenders = List.of(CorridorOptions.value(option, rest).split(",", -1));
                case "--warm-ups" -> warmUps = CorridorOptions.number(option, rest);
                case "--rounds" -> rounds = CorridorOptions.number(option, rest);
                case "--workers" -> workers = CorridorOptions.number(option, rest);
                case "--json" -> json = Path.of(CorridorOptions.value(option, rest));
                default -> throw new IllegalArgumentException("Unknown option " + option);
            }
        }
        return new LocksOptions(jobs, keys, works, contenders, warmUps, rounds, workers, json);
    }
}
