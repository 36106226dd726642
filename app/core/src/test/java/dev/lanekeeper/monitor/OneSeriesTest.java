package dev.lanekeeper.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.lanekeeper.monitor.Collector.Line;
import dev.lanekeeper.testkit.JavaCommand;
import dev.lanekeeper.testkit.JavaProcess;
import dev.lanekeeper.testkit.PostgresDatabase;
import dev.lanekeeper.testkit.PostgresServer;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.Schema;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two processes, real datagrams: whatever becomes of the one that reports, there is one series. */
class OneSeriesTest {

    private static final String GAUGE = "lanekeeper.outbox.latency.count";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void aReporterThatWasStoppedAndGoesOnSendsNothingOfWhatItHadFound() {
        var server = PostgresServer.shared().createDatabase("one_series");
        try (var pool = pool(server);
                var collector = new Collector()) {
            var database = new Database(pool, "lanekeeper");
            new Schema(database).migrate();
            database.sql("CREATE TABLE public.turn AS SELECT 1::bigint AS instance")
                    .update();
            try (var first = start(server, 1, collector.port());
                    var second = start(server, 2, collector.port())) {
                await().atMost(PATIENCE).until(() -> collector.starting(GAUGE).size() > 10);
                var reporter = collector.starting(GAUGE).get(0).sender();

                first.freeze();
                database.sql("UPDATE public.turn SET instance = 2").update();
                await().atMost(PATIENCE).until(() -> of(collector, reporter, false) > 10);
                var sent = of(collector, reporter, true);
                first.thaw();
                var since = of(collector, reporter, false);
                await().atMost(PATIENCE).until(() -> of(collector, reporter, false) > since + 40);

                assertThat(of(collector, reporter, true))
                        .as("lines of the first instance after it was thawed, at %d", sent)
                        .isEqualTo(sent);
                assertThat(first.isAlive()).isTrue();
                assertOneAfterTheOther(collector.starting(GAUGE), reporter);
            }
        }
    }

    private static void assertOneAfterTheOther(List<Line> lines, int reporter) {
        var last = lines.stream()
                .filter(l -> l.sender() == reporter)
                .mapToLong(Line::nanos)
                .max();
        assertThat(lines)
                .filteredOn(l -> l.sender() != reporter)
                .allMatch(l -> l.nanos() > last.getAsLong(), "sent after the first instance's last line");
    }

    private static int of(Collector collector, int sender, boolean same) {
        return (int) collector.starting(GAUGE).stream()
                .filter(l -> (l.sender() == sender) == same)
                .count();
    }

    private static JavaProcess start(PostgresDatabase database, int instance, int port) {
        return JavaCommand.of(ReportingMain.class)
                .withOptions("-Xmx64m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
                .withArguments(
                        database.jdbcUrl(), database.username(), Integer.toString(instance), Integer.toString(port))
                .start();
    }

    private static HikariDataSource pool(PostgresDatabase database) {
        var pool = new HikariDataSource();
        pool.setJdbcUrl(database.jdbcUrl());
        pool.setUsername(database.username());
        return pool;
    }
}
