package dev.lanekeeper.bench;

import dev.lanekeeper.api.outbox.Outbox;
import dev.lanekeeper.bench.RetentionHost.Handler;
import dev.lanekeeper.bench.RetentionHost.Published;
import dev.lanekeeper.housekeeping.Housekeeping;
import dev.lanekeeper.housekeeping.Round;
import dev.lanekeeper.testkit.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** What the deletion of old rows costs those who work meanwhile, and what it leaves behind. */
final class RetentionBench {

    private static final int KEYS = 20;

    private final RetentionOptions options;
    private final Map<String, Object> result = new LinkedHashMap<>();
    private volatile boolean ending;

    RetentionBench(RetentionOptions options) {
        this.options = options;
    }

    void run() throws IOException, InterruptedException {
        var settings = Map.of("shared_buffers", "1GB", "max_wal_size", "4GB", "maintenance_work_mem", "512MB");
        try (var server = PostgresServer.create(settings)) {
            result.put("bench", "retention");
            result.put("scenario", options.rows() + " finished items, " + options.due() + " of them too old");
            result.put("machine", Report.machine(server));
            var database = server.createDatabase("retention");
            try (var application = start(database.jdbcUrl(), database.username());
                    var locks = new LockWatch(database.dataSource())) {
                System.out.println("Filling the tables ...");
                new OldItems(database.dataSource()).fill(options.rows(), options.due());
                measure(application, database.dataSource(), locks);
            }
        }
        var file = options.json();
        if (file != null) {
            var json = JsonMapper.builder().build().writerWithDefaultPrettyPrinter();
            Files.writeString(file, json.writeValueAsString(result) + "\n");
        }
    }

    private static ConfigurableApplicationContext start(String url, String user) {
        return new SpringApplicationBuilder(RetentionHost.class)
                .properties(Map.of(
                        "spring.datasource.url",
                        url,
                        "spring.datasource.username",
                        user,
                        "spring.datasource.hikari.maximum-pool-size",
                        24,
                        "spring.main.banner-mode",
                        "off",
                        "spring.main.web-application-type",
                        "none",
                        "lanekeeper.retention.cron",
                        "off"))
                .run();
    }

    private void measure(ConfigurableApplicationContext application, DataSource source, LockWatch locks)
            throws InterruptedException {
        var handler = application.getBean(Handler.class);
        var publisher = new Thread(() -> publish(application), "publisher");
        publisher.start();
        try {
            pause(5); // the JVM's compilers
            handler.latencies();
            locks.longestMillis();
            pause(options.quietSeconds());
            put("before", handler, locks);
            size("before", source);
            var housekeeping = application.getBean(Housekeeping.class);
            housekeeping.start();
            var round = housekeeping.sweep().orElseThrow();
            put("meanwhile", handler, locks);
            put(round);
            size("after", source);
        } finally {
            ending = true;
            publisher.join();
        }
        Sql.execute(source, "VACUUM lanekeeper.work_item", "VACUUM lanekeeper.outcome");
        size("after the vacuum", source);
        new OldItems(source).store(options.due());
        size("after as many new items", source);
    }

    private void publish(ConfigurableApplicationContext application) {
        var outbox = application.getBean(Outbox.class);
        var transaction = new TransactionTemplate(application.getBean(PlatformTransactionManager.class));
        var step = TimeUnit.SECONDS.toNanos(1) / options.rate();
        var next = System.nanoTime();
        for (var number = 0; !ending; number++) {
            var key = "customer-" + number % KEYS;
            transaction.executeWithoutResult(
                    status -> outbox.publish("bench", "happened", new Published(System.nanoTime()), key));
            next += step;
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    private static void pause(int seconds) throws InterruptedException {
        TimeUnit.SECONDS.sleep(seconds);
    }

    private void put(String when, Handler handler, LockWatch locks) {
        var latencies = handler.latencies();
        note(when + ": entries", latencies.nanos().length);
        note(when + ": handled after p50 ms", rounded(latencies.percentile(0.5)));
        note(when + ": handled after p99 ms", rounded(latencies.percentile(0.99)));
        note(when + ": longest wait for a lock ms", rounded(locks.longestMillis()));
    }

    private void put(Round round) {
        var finished = round.finishedAt() == null ? round.startedAt() : round.finishedAt();
        var millis = finished.toEpochMilli() - round.startedAt().toEpochMilli();
        note("result", round.result() + (round.error() == null ? "" : " " + round.error()));
        note("deleted items", round.swept().items());
        note("took s", millis / 1_000);
        note("transactions", round.batches());
        note("longest transaction ms", round.longest().toMillis());
    }

    private void size(String when, DataSource source) {
        Sql.execute(source, "SELECT pg_stat_force_next_flush()", "SELECT pg_stat_clear_snapshot()");
        note(when + ": MB", Sql.number(source, """
                SELECT (pg_total_relation_size('lanekeeper.work_item') + pg_total_relation_size('lanekeeper.outcome')) >> 20
                """));
        note(when + ": dead rows", Sql.number(source, """
                SELECT sum(n_dead_tup) FROM pg_stat_user_tables WHERE relname IN ('work_item', 'outcome')
                """));
    }

    private void note(String name, Object value) {
        System.out.printf("%-40s %s%n", name, value);
        result.put(name, value);
    }

    private static double rounded(double millis) {
        return Math.round(millis * 10) / 10.0;
    }
}
