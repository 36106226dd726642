package dev.lanekeeper.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What a contender did in one round. */
record Scores(
        int round,
        int events,
        @JsonProperty("events_per_second") double eventsPerSecond,
        @JsonProperty("cpu_us_per_event") double cpuMicros,
        @JsonProperty("jvm_cpu_us_per_event") double jvmMicros,
        @JsonProperty("jit_cpu_us_per_event") double jitMicros,
        @JsonProperty("postgres_cpu_us_per_event") double postgresMicros,
        @JsonProperty("redis_cpu_us_per_event") double redisMicros,
        @JsonProperty("commits_per_event") double commits,
        @JsonProperty("rows_written_per_event") double rowsWritten,
        @JsonProperty("wal_bytes_per_event") double walBytes,
        @JsonProperty("jobs_per_event") double jobs,
        @JsonProperty("p50_ms") double p50,
        @JsonProperty("p99_ms") double p99,
        boolean complete,
        boolean exclusive,
        boolean ordered) {

    /** The median of each figure; the proofs hold only if they hold in every round. */
    static Scores median(List<Scores> rounds) {
        return new Scores(
                rounds.size(),
                rounds.get(0).events,
                of(rounds, Scores::eventsPerSecond),
                of(rounds, Scores::cpuMicros),
                of(rounds, Scores::jvmMicros),
                of(rounds, Scores::jitMicros),
                of(rounds, Scores::postgresMicros),
                of(rounds, Scores::redisMicros),
                of(rounds, Scores::commits),
                of(rounds, Scores::rowsWritten),
                of(rounds, Scores::walBytes),
                of(rounds, Scores::jobs),
                of(rounds, Scores::p50),
                of(rounds, Scores::p99),
                rounds.stream().allMatch(Scores::complete),
                rounds.stream().allMatch(Scores::exclusive),
                rounds.stream().allMatch(Scores::ordered));
    }

    private static double of(List<Scores> rounds, ToDoubleFunction<Scores> figure) {
        var sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
        var middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
