package dev.lanekeeper.bench;

import dev.lanekeeper.testkit.PostgresDatabase;
import dev.lanekeeper.testkit.PostgresServer;
import dev.lanekeeper.testkit.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Exclusive jobs, from the first that is begun to the recorded end of the last: each contender is given all of them before its
 * workers start, in turns in the same JVM, in a database of its own in the same durable PostgreSQL.
 */
final class LocksBench {

    private static final long SEED = 20_26;
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final String FILLER = "x".repeat(240);

    private final LocksOptions options;
    private int number;

    LocksBench(LocksOptions options) {
        this.options = options;
    }

    void run() throws Exception {
        var settings = Map.of("shared_buffers", "1GB", "max_wal_size", "4GB", "max_connections", "300");
        try (var server = PostgresServer.create(settings);
                var redis = RedisServer.create()) {
            var contenders = options.contenders().stream()
                    .map(name -> LocksContender.of(name, options.workers(), redis.uri()))
                    .toList();
            var report = new Report("locks", Map.of("workers", options.workers()), options.json(), server);
            for (var work : options.works()) {
                report.add(options.keys() + ", " + work + " ms", rounds(server, contenders, work));
            }
            report.write();
        }
    }

    private Map<String, List<Scores>> rounds(PostgresServer server, List<LocksContender> contenders, int work) {
        var load = Load.of(options.keys(), options.jobs(), SEED);
        var scores = new LinkedHashMap<String, List<Scores>>();
        System.out.print(Report.head());
        for (var turn = -options.warmUps(); turn < options.rounds(); turn++) {
            for (var contender : contenders) {
                var score = round(server, contender, load, work, turn);
                System.out.println(Report.line(contender.name(), score));
                if (turn >= 0) {
                    scores.computeIfAbsent(contender.name(), n -> new ArrayList<>())
                            .add(score);
                }
            }
        }
        return scores;
    }

    private Scores round(PostgresServer server, LocksContender contender, Load load, int work, int turn) {
        var database = server.createDatabase("locks_" + ++number);
        var journal = new Journal(load);
        try (var meter = new Meter(server)) {
            var calls = new LocksCalls(journal, meter, work);
            try (var context = start(contender, contender.waiting(), database, calls)) {
                context.getBean(LocksContender.Enqueueing.class)
                        .enqueue(IntStream.range(0, load.events())
                                .mapToObj(n -> new Event(n, "customer-" + load.resource(n), FILLER))
                                .toList());
            }
            var before = Written.read(database);
            try (var context = start(contender, contender.working(), database, calls)) {
                var done = awaitDone(contender, database, calls, load.events());
                var usage = meter.end();
                var verdict = journal.verdict();
                context.close();
                return score(
                        turn,
                        load.events(),
                        usage,
                        verdict,
                        done,
                        Written.read(database).minus(before));
            }
        }
    }

    private ConfigurableApplicationContext start(
            LocksContender contender, Map<String, Object> own, PostgresDatabase database, LocksCalls calls) {
        var settings = new HashMap<String, Object>(own);
        settings.put("bench.contender", contender.application() == LocksLanekeeper.class ? "lanekeeper" : "by-hand");
        settings.put("spring.datasource.url", database.jdbcUrl() + "?reWriteBatchedInserts=true");
        settings.put("spring.datasource.username", database.username());
        settings.put("spring.datasource.hikari.maximum-pool-size", options.workers() + 8);
        settings.put("spring.main.web-application-type", "none");
        settings.put("spring.main.banner-mode", "off");
        // As soon as the library is there Spring Boot would send all that it knows.
        settings.put("management.statsd.metrics.export.enabled", false);
        return new SpringApplicationBuilder(contender.application())
                .properties(settings)
                .initializers(c -> c.getBeanFactory().registerSingleton("calls", calls))
                .run();
    }

    private static boolean awaitDone(LocksContender contender, PostgresDatabase database, LocksCalls calls, int jobs) {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (calls.done() < jobs || Sql.number(database.dataSource(), contender.unfinished()) > 0) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(5_000_000);
        }
        return true;
    }

    private static Scores score(
            int turn, int jobs, Meter.Usage usage, Journal.Verdict verdict, boolean done, Written written) {
        return new Scores(
                turn,
                jobs,
                jobs / usage.seconds(),
                (usage.jvmMicros() + usage.postgresMicros()) / jobs,
                usage.jvmMicros() / jobs,
                usage.jitMicros() / jobs,
                usage.postgresMicros() / jobs,
                usage.redisMicros() / jobs,
                (double) written.commits() / jobs,
                (double) written.rows() / jobs,
                (double) usage.walBytes() / jobs,
                0,
                0,
                0,
                done && verdict.complete(),
                verdict.exclusive(),
                verdict.ordered());
    }
}
