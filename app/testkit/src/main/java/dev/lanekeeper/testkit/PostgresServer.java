package dev.lanekeeper.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL on 127.0.0.1, as durable as in production (fsync and synchronous commit are on), which tests may
 * kill and start again: its port and its data stay until {@link #close}. It never outlives this JVM.
 *
 * <p>{@link #shared} gives the one server that all tests of a JVM use, each with a database of its own:
 *
 * <pre>{@code
 * PostgresDatabase database = PostgresServer.shared().createDatabase("orders");
 * }</pre>
 *
 * <p>All methods may be called from any thread.
 */
public final class PostgresServer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry("listen_addresses", "127.0.0.1"),
            Map.entry("unix_socket_directories", ""),
            Map.entry("fsync", "on"),
            Map.entry("synchronous_commit", "on"),
            Map.entry("shared_buffers", "256MB"),
            Map.entry("max_connections", "200"),
            Map.entry("track_activities", "on"),
            Map.entry("timezone", "UTC"),
            Map.entry("log_timezone", "UTC"));

    private final PostgresBinaries binaries;
    private final Path folder = Folders.create("postgres");
    private final Path data = folder.resolve("data");
    private final Path log = folder.resolve("log");
    private final PostgresDatabase main = new PostgresDatabase(Ports.free(), "postgres");
    private final Guardian guardian = Guardian.of(folder, "QUIT");
    private @Nullable Process postmaster;
    private Duration cpuOfEarlierRuns = Duration.ZERO;

    private PostgresServer(PostgresBinaries binaries) {
        this.binaries = binaries;
    }

    /** The server of this JVM, started by the first call and ended after the JVM; do not close it. */
    public static PostgresServer shared() {
        return Shared.SERVER;
    }

    /** Starts a server of its own. */
    public static PostgresServer create() {
        return create(Map.of());
    }

    /**
     * Starts a server of its own with settings of {@code postgresql.conf} in addition to, or instead of, the usual
     * ones.
     */
    public static PostgresServer create(Map<String, String> settings) {
        var server = new PostgresServer(PostgresBinaries.unpacked());
        try {
            server.initialize(settings);
            server.start();
            return server;
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** The address of the database {@code postgres}. */
    public String jdbcUrl() {
        return main.jdbcUrl();
    }

    /** The superuser's name; there is no password. */
    public String username() {
        return main.username();
    }

    /** Returns a data source without a pool for the database {@code postgres}. */
    public DataSource dataSource() {
        return main.dataSource();
    }

    /** The port on 127.0.0.1. */
    public int port() {
        return main.port();
    }

    /** Creates an empty database, in the place of one of the same name if there is one. */
    public PostgresDatabase createDatabase(String name) {
        return create(name, "template1");
    }

    /** Creates a database that has all that another one of this server has, to which nobody is connected. */
    public PostgresDatabase copyDatabase(PostgresDatabase original, String name) {
        return create(name, original.name());
    }

    private PostgresDatabase create(String name, String template) {
        main.execute("DROP DATABASE IF EXISTS \"%s\" WITH (FORCE)".formatted(name));
        main.execute("CREATE DATABASE \"%s\" TEMPLATE \"%s\"".formatted(name, template));
        return new PostgresDatabase(main.port(), name);
    }

    /** Starts the server again and returns when it answers; does nothing while it runs. */
    public synchronized void start() {
        if (isRunning()) {
            return;
        }
        var command = binaries.command("postgres", "-D", data.toString());
        try {
            postmaster = Commands.inOwnSession(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("Could not start " + command, e);
        }
        guardian.watch(postmaster.pid());
        awaitReady(PATIENCE);
    }

    /** Stops the server at once, as a crash would: connections break, and the next start recovers from the log. */
    public synchronized void stop() {
        if (postmaster == null) {
            return;
        }
        cpuOfEarlierRuns = cpu();
        Commands.signal("QUIT", postmaster.pid());
        Commands.awaitEnd(postmaster);
        postmaster = null;
        guardian.watchNothing();
    }

    /** Stops the server as a crash would and starts it on the same port with the same data. */
    public void restart() {
        stop();
        start();
    }

    /** Waits until the server takes connections; fails with the end of its log if it does not in time. */
    public void awaitReady(Duration patience) {
        var deadline = Deadline.in(patience);
        if (!deadline.await(() -> main.answers() || !isRunning()) || !isRunning()) {
            throw new IllegalStateException("PostgreSQL does not answer; " + LogTail.of(log));
        }
    }

    /** Cuts some of the server's connections, each with a chance of one half and at least one; tells how many. */
    public int terminateBackends(Random random) {
        return main.terminateBackendsOfServer(random);
    }

    /**
     * Kills (kill -9) the process of one connection: the server drops all connections and recovers; see {@link
     * #awaitReady}.
     */
    public void killBackend(Random random) {
        main.killBackendOfServer(random);
    }

    /** The postmaster and all its processes; empty while the server is stopped. */
    public synchronized List<Long> pids() {
        return postmaster == null ? List.of() : new ProcessTree(postmaster.pid()).pids();
    }

    /**
     * The processor time that the server has used since it was created, with all processes that have ended; exact to 10
     * ms a process.
     */
    public synchronized Duration cpu() {
        return postmaster == null ? cpuOfEarlierRuns : cpuOfEarlierRuns.plus(new ProcessTree(postmaster.pid()).cpu());
    }

    /** The server's log. */
    public Path log() {
        return log;
    }

    /** Stops the server and removes its data. */
    @Override
    public void close() {
        stop();
        guardian.close();
        Folders.remove(folder);
    }

    private synchronized boolean isRunning() {
        return postmaster != null && postmaster.isAlive();
    }

    private void initialize(Map<String, String> settings) {
        Commands.run(
                binaries.command(
                        "initdb",
                        "-D",
                        data.toString(),
                        "-U",
                        main.username(),
                        "-A",
                        "trust",
                        "-E",
                        "UTF8",
                        "--no-locale",
                        "-N"),
                log);
        var all = new TreeMap<>(SETTINGS);
        all.put("port", Integer.toString(main.port()));
        all.putAll(settings);
        var lines =
                all.entrySet().stream().map(setting -> "%s = '%s'%n".formatted(setting.getKey(), setting.getValue()));
        Folders.append(data.resolve("postgresql.conf"), lines.collect(Collectors.joining()));
    }

    private static final class Shared {
        static final PostgresServer SERVER = create();
    }
}
