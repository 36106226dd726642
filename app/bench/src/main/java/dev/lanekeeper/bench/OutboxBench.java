package dev.lanekeeper.bench;

import dev.lanekeeper.testkit.PostgresDatabase;
import dev.lanekeeper.testkit.PostgresServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * From a business transaction that writes an entry to the entry's recorded end, one contender after the other in the same JVM, each
 * in a database of its own in the same durable PostgreSQL.
 */
final class OutboxBench {

    private static final long SEED = 20_26;
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int QUIET_WARM_UP_SECONDS = 60;

    private final OutboxOptions options;
    private int number;

    OutboxBench(OutboxOptions options) {
        this.options = options;
    }

    void run() throws Exception {
        var contenders = options.contenders().stream()
                .map(name -> OutboxContender.of(name, options))
                .toList();
        var settings = Map.of("shared_buffers", "1GB", "max_wal_size", "4GB", "max_connections", "300");
        try (var server = PostgresServer.create(settings)) {
            var report = new Report(
                    "outbox",
                    Map.of("workers", options.workers(), "publishers", options.publishers()),
                    options.json(),
                    server);
            if (options.entries() > 0) {
                report.add(options.keys(), flatOut(server, contenders));
            }
            if (options.quietSeconds() > 0) {
                report.add("quiet:" + options.quietRate(), quiet(server, contenders));
            }
            report.write();
        }
    }

    private Map<String, List<Scores>> flatOut(PostgresServer server, List<OutboxContender> contenders) {
        var load = Load.of(options.keys(), options.runIn() + options.entries(), SEED);
        var scores = new LinkedHashMap<String, List<Scores>>();
        System.out.print(Report.head());
        for (var turn = -options.warmUps(); turn < options.rounds(); turn++) {
            for (var contender : contenders) {
                var score = round(server, contender, load, turn);
                System.out.println(Report.line(contender.name(), score));
                if (turn >= 0) {
                    scores.computeIfAbsent(contender.name(), n -> new ArrayList<>())
                            .add(score);
                }
            }
        }
        return scores;
    }

    private Scores round(PostgresServer server, OutboxContender contender, Load load, int turn) {
        try (var site = new Site(server, contender, load)) {
            site.publish(0, options.runIn());
            site.awaitDone(options.runIn());
            site.begin();
            site.publish(options.runIn(), load.events());
            var done = site.awaitDone(load.events());
            return site.score(turn, options.runIn(), done);
        }
    }

    private Map<String, List<Scores>> quiet(PostgresServer server, List<OutboxContender> contenders) {
        var scores = new LinkedHashMap<String, List<Scores>>();
        var from = options.runIn() + options.quietRate() * QUIET_WARM_UP_SECONDS;
        var load = Load.of(options.keys(), from + options.quietRate() * options.quietSeconds(), SEED);
        for (var contender : contenders) {
            try (var site = new Site(server, contender, load)) {
                site.publish(0, options.runIn());
                site.awaitDone(options.runIn());
                site.publishAtRate(options.runIn(), from, options.quietRate());
                site.awaitDone(from);
                site.begin();
                site.publishAtRate(from, load.events(), options.quietRate());
                var score = site.score(0, from, site.awaitDone(load.events()));
                System.out.println(Report.line(contender.name(), score));
                scores.put(contender.name(), List.of(score));
            }
        }
        return scores;
    }

    /** A contender's application at work. */
    private final class Site implements AutoCloseable {

        private final OutboxContender contender;
        private final Load load;
        private final Journal journal;
        private final OutboxCalls calls;
        private final Meter meter;
        private final PostgresDatabase database;
        private final ConfigurableApplicationContext context;
        private final OutboxPublishers publishers;
        private Written before = new Written(0, 0);

        Site(PostgresServer server, OutboxContender contender, Load load) {
            this.contender = contender;
            this.load = load;
            this.journal = new Journal(load);
            this.calls = new OutboxCalls(load, journal);
            this.meter = new Meter(server);
            this.database = server.createDatabase("outbox_" + contender.name() + "_" + ++number);
            Sql.execute(
                    database.dataSource(), "CREATE TABLE business (number integer PRIMARY KEY, done_at timestamptz)");
            this.context = new SpringApplicationBuilder(contender.application())
                    .properties(settings())
                    .initializers(c -> c.getBeanFactory().registerSingleton("calls", calls))
                    .run();
            this.publishers = new OutboxPublishers(context, load, calls);
        }

        private Map<String, Object> settings() {
            var settings = new HashMap<String, Object>(contender.settings());
            settings.put("bench.contender", contender.name());
            settings.put("spring.datasource.url", database.jdbcUrl());
            settings.put("spring.datasource.username", database.username());
            settings.put("spring.datasource.hikari.maximum-pool-size", options.workers() + options.publishers() + 8);
            settings.put("spring.main.web-application-type", "none");
            settings.put("spring.main.banner-mode", "off");
            return settings;
        }

        void publish(int from, int to) {
            publishers.flatOut(from, to, options.publishers());
        }

        void publishAtRate(int from, int to, int perSecond) {
            publishers.atRate(from, to, perSecond);
        }

        void begin() {
            before = Written.read(database);
            meter.restart();
        }

        /** All these are handled, and nothing is left to be recorded. */
        boolean awaitDone(int upTo) {
            var deadline = System.nanoTime() + PATIENCE.toNanos();
            return await(() -> calls.done() >= upTo, deadline)
                    && await(() -> Sql.number(database.dataSource(), contender.unfinished()) == 0, deadline);
        }

        private boolean await(BooleanSupplier condition, long deadline) {
            while (!condition.getAsBoolean()) {
                if (System.nanoTime() > deadline) {
                    return false;
                }
                LockSupport.parkNanos(10_000_000);
            }
            return true;
        }

        Scores score(int turn, int from, boolean done) {
            var usage = meter.end();
            var events = load.events() - from;
            var verdict = journal.verdict();
            var latencies = calls.latencies(from);
            context.close();
            var written = Written.read(database).minus(before);
            return new Scores(
                    turn,
                    events,
                    events / usage.seconds(),
                    (usage.jvmMicros() + usage.postgresMicros()) / events,
                    usage.jvmMicros() / events,
                    usage.jitMicros() / events,
                    usage.postgresMicros() / events,
                    0,
                    (double) written.commits() / events,
                    (double) written.rows() / events,
                    (double) usage.walBytes() / events,
                    0,
                    latencies.percentile(0.5),
                    latencies.percentile(0.99),
                    done && verdict.complete(),
                    verdict.exclusive(),
                    verdict.ordered());
        }

        @Override
        public void close() {
            context.close();
            meter.close();
        }
    }
}
