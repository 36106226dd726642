package dev.lanekeeper.bench;

import dev.lanekeeper.bench.ConsolePages.Page;
import dev.lanekeeper.testkit.KafkaBroker;
import dev.lanekeeper.testkit.PostgresDatabase;
import dev.lanekeeper.testkit.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.json.JsonMapper;

/** How long the pages of the console take when the tables are full. */
final class ConsoleBench {

    private static final int REAL_EVENTS = 2_000;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final ConsoleOptions options;

    ConsoleBench(ConsoleOptions options) {
        this.options = options;
    }

    void run() throws IOException, InterruptedException {
        try (var server = PostgresServer.create();
                var broker = KafkaBroker.create()) {
            var database = server.createDatabase("console");
            broker.createTopic(ConsoleHost.TOPIC, 6);
            try (var application = start(database, broker)) {
                System.out.println("Handling " + REAL_EVENTS + " events, for their latencies ...");
                handle(broker, database);
                System.out.println("Filling the tables ...");
                new LongLife(database, options).live();
                System.out.println("Asking for pages ...");
                report(server, pages(application, database).measure(options.requests()));
            }
        }
    }

    private static ConfigurableApplicationContext start(PostgresDatabase database, KafkaBroker broker) {
        return new SpringApplicationBuilder(ConsoleHost.class)
                .properties(Map.of(
                        "spring.datasource.url",
                        database.jdbcUrl(),
                        "spring.datasource.username",
                        database.username(),
                        "spring.datasource.hikari.maximum-pool-size",
                        24,
                        "spring.kafka.bootstrap-servers",
                        broker.bootstrapServers(),
                        "spring.main.banner-mode",
                        "off",
                        "server.address",
                        "127.0.0.1",
                        "server.port",
                        0,
                        "lanekeeper.console.enabled",
                        true))
                .run();
    }

    private static void handle(KafkaBroker broker, PostgresDatabase database) {
        var load = Load.of("uniform:100", REAL_EVENTS, 1);
        try (var feed = new Feed(broker)) {
            feed.backlog(ConsoleHost.TOPIC, load, load.events());
        }
        var end = System.nanoTime() + PATIENCE.toNanos();
        while (Sql.number(database.dataSource(), "SELECT count(*) FROM lanekeeper.outcome") < REAL_EVENTS
                || Sql.number(database.dataSource(), "SELECT count(DISTINCT stage) FROM lanekeeper.latency") < 5) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("The events were not handled, or their latencies not written");
            }
            LockSupport.parkNanos(100_000_000);
        }
    }

    private static ConsolePages pages(ConfigurableApplicationContext application, PostgresDatabase database) {
        var port = application.getEnvironment().getRequiredProperty("local.server.port");
        var paths = new LinkedHashMap<String, String>();
        paths.put("overview", "");
        paths.put("events", "/events");
        paths.put("events by handler", "/events?handler=orders");
        paths.put("events by topic", "/events?topic=orders");
        paths.put("events by state", "/events?state=failed");
        paths.put("events by entity", "/events?entity=order-5000");
        paths.put("events by resource", "/events?resource=customer-77");
        paths.put("event", "/events/5001");
        paths.put("failures", "/failures");
        paths.put("failures by handler", "/failures?handler=orders");
        paths.put("failures by fingerprint", "/failures?fingerprint=" + text(database, "fingerprint"));
        paths.put("failures grouped", "/failures/groups");
        paths.put("failure", "/events/" + text(database, "item_id::text"));
        paths.put("latency", "/latency");
        paths.put("latency of a handler", "/latency/orders");
        paths.put("lanes", "/lanes");
        paths.put("lanes parked", "/lanes?list=parked");
        paths.put("lanes longest", "/lanes?list=longest");
        paths.put(
                "lane", "/lanes/" + Sql.text(database.dataSource(), "SELECT min(lane_id::text) FROM lanekeeper.lane"));
        paths.put("handlers", "/handlers");
        paths.put("handler", "/handlers/orders");
        paths.put("JobRunr", "/jobrunr");
        paths.put("API: events", "/v1/events");
        paths.put("API: failures", "/v1/failures");
        return new ConsolePages("http://127.0.0.1:" + port + "/lanekeeper", paths);
    }

    private static String text(PostgresDatabase database, String column) {
        return Sql.text(
                database.dataSource(),
                "SELECT " + column + " FROM lanekeeper.outcome WHERE state = 2 ORDER BY finished_at DESC LIMIT 1");
    }

    private void report(PostgresServer server, List<Page> pages) throws IOException {
        System.out.printf("%n%-26s %9s %9s %9s %9s%n", "page", "p50 ms", "p95 ms", "max ms", "bytes");
        pages.forEach(page -> System.out.printf(
                "%-26s %9.1f %9.1f %9.1f %9d%n", page.name(), page.p50(), page.p95(), page.max(), page.bytes()));
        var file = options.json();
        if (file != null) {
            var result = new LinkedHashMap<String, Object>();
            result.put("bench", "console");
            result.put("scenario", options.items() + " finished items, " + options.failures() + " failures");
            result.put("machine", Report.machine(server));
            result.put("pages", pages.stream().map(ConsoleBench::plain).toList());
            Files.writeString(
                    file,
                    JsonMapper.builder()
                                    .build()
                                    .writerWithDefaultPrettyPrinter()
                                    .writeValueAsString(result) + "\n");
        }
    }

    private static Map<String, Object> plain(Page page) {
        var plain = new LinkedHashMap<String, Object>();
        plain.put("name", page.name());
        plain.put("path", page.path());
        plain.put("requests", page.requests());
        plain.put("p50_ms", Math.round(page.p50() * 10) / 10.0);
        plain.put("p95_ms", Math.round(page.p95() * 10) / 10.0);
        plain.put("max_ms", Math.round(page.max() * 10) / 10.0);
        plain.put("bytes", page.bytes());
        return plain;
    }
}
