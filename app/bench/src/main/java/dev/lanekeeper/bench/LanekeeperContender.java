package dev.lanekeeper.bench;

import dev.lanekeeper.intake.kafka.KafkaIntakes;
import dev.lanekeeper.testkit.PostgresDatabase;
import dev.lanekeeper.testkit.PostgresServer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The product as its users run it: its auto-configuration in a Spring Boot application with one annotated handler. */
class LanekeeperContender implements Contender {

    private final PostgresServer server;

    LanekeeperContender(PostgresServer server) {
        this.server = server;
    }

    @Override
    public String name() {
        return "lanekeeper";
    }

    PostgresDatabase database(Round round) {
        return server.createDatabase("lanekeeper_" + round.number());
    }

    @Override
    public Running open(Round round) {
        var database = database(round);
        var handler = round.group(name());
        var context = new SpringApplicationBuilder(LanekeeperApplication.class)
                .properties(settings(round, database, handler))
                .initializers(c -> c.getBeanFactory().registerSingleton("round", round))
                .run();
        return new Application(round, database, handler, context);
    }

    /** What another form of the product changes. */
    void configure(Map<String, Object> settings) {}

    private Map<String, Object> settings(Round round, PostgresDatabase database, String handler) {
        var options = round.options();
        var settings = new HashMap<String, Object>();
        settings.put("bench.topic", round.topic());
        settings.put("bench.handler", handler);
        settings.put("spring.datasource.url", database.jdbcUrl());
        settings.put("spring.datasource.username", database.username());
        settings.put("spring.datasource.hikari.maximum-pool-size", options.workers() + 8);
        settings.put("spring.kafka.bootstrap-servers", round.broker().bootstrapServers());
        settings.put("spring.main.web-application-type", "none");
        settings.put("spring.main.banner-mode", "off");
        settings.put("lanekeeper.workers", options.workers());
        settings.put("lanekeeper.flush-size", options.flushSize());
        settings.put("lanekeeper.roles", options.flushOnly() ? "intake" : "intake,workers");
        settings.put("lanekeeper.defaults.max-waiting", 1_000_000_000);
        // As soon as the library is there Spring Boot would send all that it knows.
        settings.put("management.statsd.metrics.export.enabled", false);
        configure(settings);
        return settings;
    }

    private record Application(
            Round round, PostgresDatabase database, String handler, ConfigurableApplicationContext context)
            implements Running {

        @Override
        public boolean handles() {
            return !round.options().flushOnly();
        }

        @Override
        public void start() {
            context.getBean(KafkaIntakes.class).start(handler);
        }

        @Override
        public boolean awaitDone(Duration patience) {
            var deadline = System.nanoTime() + patience.toNanos();
            return await(() -> done() >= round.load().events(), deadline)
                    && (round.options().flushOnly() || await(this::areJobsEnded, deadline));
        }

        @Override
        public int done() {
            return round.options().flushOnly()
                    ? context.getBean(LanekeeperApplication.Stored.class).count()
                    : context.getBean(LanekeeperApplication.Recorded.class).count();
        }

        private boolean areJobsEnded() {
            return Sql.number(
                            database.dataSource(),
                            "SELECT count(*) FROM lanekeeper.jobrunr_jobs WHERE state = 'PROCESSING'")
                    == 0;
        }

        private static boolean await(BooleanSupplier condition, long deadline) {
            while (!condition.getAsBoolean()) {
                if (System.nanoTime() > deadline) {
                    return false;
                }
                LockSupport.parkNanos(2_000_000);
            }
            return true;
        }

        @Override
        public long jobs() {
            return round.options().flushOnly()
                    ? 0
                    : Sql.number(database.dataSource(), "SELECT count(*) FROM lanekeeper.jobrunr_jobs");
        }

        @Override
        public Latencies latencies(int from) {
            return context.getBean(CommitToStart.class).latencies(from);
        }

        @Override
        public void close() {
            context.close();
        }
    }
}
