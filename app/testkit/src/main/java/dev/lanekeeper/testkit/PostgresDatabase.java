package dev.lanekeeper.testkit;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * One database of a {@link PostgresServer}; its address stays the same over restarts of the server.
 *
 * @param port the server's port on 127.0.0.1
 * @param name the database's name
 */
public record PostgresDatabase(int port, String name) {

    private static final String SUPERUSER = "postgres";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String ALL = "%";

    /** The address for a connection pool; there is no password. */
    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + name;
    }

    /** The superuser's name. */
    public String username() {
        return SUPERUSER;
    }

    /** Returns a new data source without a pool: each {@code getConnection} opens a connection. */
    public DataSource dataSource() {
        var source = new PGSimpleDataSource();
        source.setUrl(jdbcUrl());
        source.setUser(username());
        return source;
    }

    /** The same database, reached through a proxy in front of the server. */
    public PostgresDatabase through(TcpProxy proxy) {
        return new PostgresDatabase(proxy.port(), name);
    }

    /** Cuts some of this database's connections, each with a chance of one half and at least one; tells how many. */
    public int terminateBackends(Random random) {
        return terminate(backends(name), random);
    }

    /**
     * Kills (kill -9) the process of one of this database's connections: the whole server drops all and recovers.
     * Returns when it has begun to; {@link PostgresServer#awaitReady} waits for the end.
     */
    public void killBackend(Random random) {
        kill(backends(name), random);
    }

    int terminateBackendsOfServer(Random random) {
        return terminate(backends(ALL), random);
    }

    void killBackendOfServer(Random random) {
        kill(backends(ALL), random);
    }

    private int terminate(List<Long> backends, Random random) {
        var chosen = new ArrayList<>(backends);
        chosen.removeIf(pid -> random.nextBoolean());
        if (chosen.isEmpty() && !backends.isEmpty()) {
            chosen.add(oneOf(backends, random));
        }
        chosen.forEach(pid -> execute("SELECT pg_terminate_backend(" + pid + ")"));
        return chosen.size();
    }

    private void kill(List<Long> backends, Random random) {
        if (backends.isEmpty()) {
            throw new IllegalStateException("There is no connection whose process could be killed");
        }
        try (var witness = dataSource().getConnection()) {
            Commands.signal("KILL", oneOf(backends, random));
            if (!Deadline.in(PATIENCE).await(() -> !witness.isValid(1))) {
                throw new IllegalStateException("The server has not noticed that a process was killed");
            }
        } catch (SQLException e) {
            throw new IllegalStateException("Could not connect to " + name, e);
        }
    }

    private static Long oneOf(List<Long> backends, Random random) {
        return backends.get(random.nextInt(backends.size()));
    }

    /** The processes that serve connections, oldest first, without the one that asks. */
    private List<Long> backends(String databases) {
        var sql = """
                SELECT pid
                FROM pg_stat_activity
                WHERE backend_type = 'client backend' AND datname LIKE ? AND pid <> pg_backend_pid()
                ORDER BY backend_start, pid
                """;
        try (var connection = dataSource().getConnection();
                var statement = connection.prepareStatement(sql)) {
            statement.setString(1, databases);
            var pids = new ArrayList<Long>();
            for (var rows = statement.executeQuery(); rows.next(); ) {
                pids.add(rows.getLong(1));
            }
            return pids;
        } catch (SQLException e) {
            throw new IllegalStateException("Could not list the connections of " + databases, e);
        }
    }

    void execute(String sql) {
        try (var connection = dataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("Could not run on " + name + ": " + sql, e);
        }
    }

    boolean answers() {
        try {
            execute("SELECT 1");
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }
}
