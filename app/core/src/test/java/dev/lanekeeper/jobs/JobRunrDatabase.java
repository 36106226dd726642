package dev.lanekeeper.jobs;

import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.lanekeeper.testkit.PostgresDatabase;
import dev.lanekeeper.testkit.PostgresServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** A database with an empty schema, a pool, and servers on it that are stopped with the test. */
final class JobRunrDatabase implements AutoCloseable {

    static final String SCHEMA = "lanekeeper";

    final DataSource dataSource;
    final JdbcTemplate jdbc;
    final TransactionTemplate transaction;
    private final HikariDataSource pool;
    private final List<JobRunrServer> servers = new ArrayList<>();

    JobRunrDatabase(String name) {
        this(PostgresServer.shared().createDatabase(name), UnaryOperator.identity());
    }

    JobRunrDatabase(PostgresDatabase database, UnaryOperator<DataSource> wrapper) {
        var config = new HikariConfig();
        config.setJdbcUrl(database.jdbcUrl());
        config.setUsername(database.username());
        config.setMaximumPoolSize(16);
        config.setMinimumIdle(2);
        config.setConnectionTimeout(1_000);
        pool = new HikariDataSource(config);
        dataSource = wrapper.apply(pool);
        jdbc = new JdbcTemplate(dataSource);
        transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
        jdbc.execute("CREATE SCHEMA " + SCHEMA);
    }

    /** A started server. */
    JobRunrServer server(String name, RunBody body) {
        return server(settings(name), body);
    }

    /** One that repeats something. */
    JobRunrServer server(String name, RunBody body, Repeated what) {
        var server = new JobRunrServer(settings(name), dataSource, body);
        server.repeat(what);
        return start(server, name);
    }

    JobRunrServer server(JobRunrSettings settings, RunBody body) {
        return start(new JobRunrServer(settings, dataSource, body), settings.serverName());
    }

    private JobRunrServer start(JobRunrServer server, String name) {
        servers.add(server);
        server.start();
        await().atMost(Duration.ofSeconds(20)).until(() -> isAnnounced(name));
        return server;
    }

    /** JobRunr takes ten seconds to stop a server that is just announcing itself, and its start-up tasks outlive the server. */
    private boolean isAnnounced(String name) {
        var sql = """
                SELECT EXISTS (SELECT FROM lanekeeper.jobrunr_backgroundjobservers WHERE name = ?)
                   AND EXISTS (SELECT FROM lanekeeper.jobrunr_metadata WHERE name = 'database_version')
                """;
        return jdbc.queryForObject(sql, Boolean.class, name);
    }

    static JobRunrSettings settings(String name) {
        return JobRunrSettings.of(SCHEMA, name, 8);
    }

    static JobRunrSettings keepingEndedRuns(String name, Duration retention) {
        var usual = settings(name);
        return new JobRunrSettings(
                SCHEMA, name, 8, true, usual.pollInterval(), retention, JobRunrSettings.Tables.MIGRATE, null);
    }

    /** Saves a run in a transaction and starts it after the commit. */
    UUID handOver(JobRunrServer server) {
        return handOver(server, 1).get(0);
    }

    List<UUID> handOver(JobRunrServer server, int count) {
        var runs = Stream.generate(server::newRunId).limit(count).toList();
        save(server, runs);
        var left = server.start(runs);
        if (!left.isEmpty()) {
            throw new IllegalStateException("Not started: " + left);
        }
        return runs;
    }

    void save(JobRunrServer server, List<UUID> runs) {
        transaction.executeWithoutResult(status -> server.saveProcessing(runs));
    }

    /** The state of a run in JobRunr's table; "none" without a row. */
    String state(UUID run) {
        return jdbc
                .queryForList("SELECT state FROM lanekeeper.jobrunr_jobs WHERE id = ?", String.class, run.toString())
                .stream()
                .findFirst()
                .orElse("none");
    }

    @Override
    public void close() {
        servers.forEach(JobRunrServer::close);
        pool.close();
    }
}
