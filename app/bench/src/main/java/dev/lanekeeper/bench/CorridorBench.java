package dev.lanekeeper.bench;

import dev.lanekeeper.bench.Contender.Round;
import dev.lanekeeper.bench.Contender.Running;
import dev.lanekeeper.testkit.KafkaBroker;
import dev.lanekeeper.testkit.PostgresServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * From a broker process through the corridor to DONE, one contender after the other in the same JVM, on the same topic and the same
 * PostgreSQL, several rounds.
 */
final class CorridorBench {

    private static final long SEED = 20_26;
    private static final int PARTITIONS = 6;
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    private final CorridorOptions options;
    private int number;

    CorridorBench(CorridorOptions options) {
        this.options = options;
    }

    void run() throws Exception {
        try (var broker = KafkaBroker.create(Map.of(), "-XX:TieredStopAtLevel=4", "-Xmx512m");
                var server = PostgresServer.create(postgres());
                var profile = Profile.of(options.profile(), server);
                var contenders = Contenders.of(options, server)) {
            var report = new Report(
                    "corridor",
                    Map.of("workers", options.workers(), "flush_size", options.flushSize()),
                    options.json(),
                    server);
            if (options.events() > 0) {
                report.add(scenario(), flatOut(broker, server, contenders.all(), profile));
            }
            if (options.quietSeconds() > 0) {
                report.add("quiet:" + options.quietRate(), quiet(broker, server, contenders.all()));
            }
            report.write();
        }
    }

    private String scenario() {
        return options.resources() + (options.flushOnly() ? ",flush-only" : "");
    }

    /** As a small server is set up that is to store events; durable, as the test kit's always is. */
    private Map<String, String> postgres() {
        var settings = new LinkedHashMap<String, String>();
        settings.put("shared_buffers", "1GB");
        settings.put("max_wal_size", "4GB");
        settings.put("max_connections", "300");
        if (options.profile() != null) {
            settings.put("shared_preload_libraries", "pg_stat_statements");
            settings.put("pg_stat_statements.track", "all");
            settings.put("track_io_timing", "on");
        }
        return settings;
    }

    private Map<String, List<Scores>> flatOut(
            KafkaBroker broker, PostgresServer server, List<Contender> contenders, Profile profile) {
        var load = Load.of(options.resources(), options.runIn() + options.events(), SEED);
        broker.createTopic("backlog", PARTITIONS);
        try (var feed = new Feed(broker)) {
            feed.backlog("backlog", load, load.events());
        }
        var scores = new LinkedHashMap<String, List<Scores>>();
        System.out.print(Report.head());
        for (var turn = -options.warmUps(); turn < options.rounds(); turn++) {
            for (var contender : contenders) {
                var measured = turn >= 0;
                var score = round(broker, server, contender, load, turn, measured ? profile : Profile.none(server));
                System.out.println(Report.line(contender.name(), score));
                if (measured) {
                    scores.computeIfAbsent(contender.name(), n -> new ArrayList<>())
                            .add(score);
                }
            }
        }
        return scores;
    }

    private Scores round(
            KafkaBroker broker, PostgresServer server, Contender contender, Load load, int turn, Profile profile) {
        var journal = new Journal(load);
        try (var meter = new Meter(server)) {
            var round = new Round(++number, broker, "backlog", load, journal, meter, options);
            var running = contender.open(round);
            try (running) {
                var before = Before.of(running);
                running.start();
                if (options.runIn() > 0) {
                    before = runIn(running, options.runIn());
                    round.meter().restart();
                }
                profile.begin(contender.name());
                var done = running.awaitDone(PATIENCE);
                profile.end();
                return score(turn, round, running, done, before);
            }
        }
    }

    /** What there was when the measurement began. */
    private record Before(Written written, int done, long jobs) {

        static Before of(Running running) {
            return new Before(Written.read(running.database()), running.done(), running.jobs());
        }
    }

    private static Before runIn(Running running, int events) {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (running.done() < events) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("The run-in has not ended after " + PATIENCE);
            }
            LockSupport.parkNanos(1_000_000);
        }
        return Before.of(running);
    }

    private Map<String, List<Scores>> quiet(KafkaBroker broker, PostgresServer server, List<Contender> contenders) {
        var scores = new LinkedHashMap<String, List<Scores>>();
        for (var contender : contenders) {
            if (!contender.name().equals("bare")) {
                var score = quietRound(broker, server, contender);
                System.out.println(Report.line(contender.name(), score));
                scores.put(contender.name(), List.of(score));
            }
        }
        return scores;
    }

    private Scores quietRound(KafkaBroker broker, PostgresServer server, Contender contender) {
        var warmUp = options.runIn() + options.quietRate() * options.quietWarmUpSeconds();
        var load = Load.of(options.resources(), options.quietRate() * options.quietSeconds() + warmUp, SEED);
        var topic = "quiet-" + contender.name();
        broker.createTopic(topic, PARTITIONS);
        try (var meter = new Meter(server);
                var feed = new Feed(broker)) {
            var round = new Round(++number, broker, topic, load, new Journal(load), meter, options);
            try (var running = contender.open(round)) {
                feed.backlog(topic, load, options.runIn());
                running.start();
                runIn(running, options.runIn());
                var unused = feed.rate(topic, load, options.runIn(), options.quietRate());
                var before = runIn(running, warmUp);
                round.meter().restart();
                var done = running.awaitDone(PATIENCE);
                return score(0, round, running, done, before);
            }
        }
    }

    private Scores score(int turn, Round round, Running running, boolean done, Before before) {
        var usage = round.meter().end();
        var events = round.load().events() - before.done();
        var verdict = running.handles() ? round.journal().verdict() : new Journal.Verdict(done, true, true);
        var latencies = running.latencies(before.done());
        var jobs = running.jobs() - before.jobs();
        running.close();
        var written = Written.read(running.database()).minus(before.written());
        return new Scores(
                turn,
                events,
                events / usage.seconds(),
                (usage.jvmMicros() + usage.postgresMicros()) / events,
                usage.jvmMicros() / events,
                usage.jitMicros() / events,
                usage.postgresMicros() / events,
                usage.redisMicros() / events,
                (double) written.commits() / events,
                (double) written.rows() / events,
                (double) usage.walBytes() / events,
                (double) jobs / events,
                latencies.percentile(0.5),
                latencies.percentile(0.99),
                done && verdict.complete(),
                verdict.exclusive(),
                verdict.ordered());
    }
}
