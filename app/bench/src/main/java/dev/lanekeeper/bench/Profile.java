package dev.lanekeeper.bench;

import dev.lanekeeper.testkit.PostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;

/** Shows what used the time of each contender: the JVM's hottest frames and PostgreSQL's dearest statements. */
final class Profile implements AutoCloseable {

    private static final int SHOWN = 60;

    private final @Nullable Path folder;
    private final PostgresServer server;
    private final Map<String, Path> files = new HashMap<>();
    private @Nullable Recording recording;
    private String contender = "";
    private int turns;

    private Profile(@Nullable Path folder, PostgresServer server) {
        this.folder = folder;
        this.server = server;
    }

    static Profile of(@Nullable Path folder, PostgresServer server) {
        if (folder != null) {
            try {
                Files.createDirectories(folder);
            } catch (IOException e) {
                throw new UncheckedIOException("Could not create " + folder, e);
            }
            Sql.execute(server.dataSource(), "CREATE EXTENSION pg_stat_statements");
        }
        return new Profile(folder, server);
    }

    static Profile none(PostgresServer server) {
        return new Profile(null, server);
    }

    void begin(String name) {
        if (folder == null) {
            return;
        }
        contender = name;
        Sql.execute(server.dataSource(), "SELECT pg_stat_statements_reset()");
        try {
            var settings = Configuration.getConfiguration("profile");
            var started = new Recording(settings);
            started.enable("jdk.ExecutionSample").withPeriod(Duration.ofMillis(10));
            started.enable("jdk.NativeMethodSample").withPeriod(Duration.ofMillis(20));
            started.start();
            recording = started;
        } catch (IOException | java.text.ParseException e) {
            throw new IllegalStateException("Could not start a flight recording", e);
        }
    }

    void end() {
        if (folder == null || recording == null) {
            return;
        }
        var file = folder.resolve(contender + "-" + turns++ + ".jfr");
        try {
            recording.stop();
            recording.dump(file);
            recording.close();
            recording = null;
            files.put(contender, file);
            System.out.println("\nPostgreSQL's dearest statements, " + contender);
            statements();
            System.out.println("\nThe JVM's samples, " + contender);
            frames(file);
        } catch (IOException e) {
            throw new UncheckedIOException("Could not write " + file, e);
        }
    }

    private void statements() {
        try (var connection = server.dataSource().getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("""
                        SELECT round(total_exec_time::numeric, 0), calls, round(mean_exec_time::numeric, 3), rows, wal_bytes,
                               shared_blks_hit / greatest(calls, 1),
                               left(regexp_replace(query, '\\s+', ' ', 'g'), 110)
                          FROM pg_stat_statements
                         WHERE query NOT LIKE '%pg_stat%'
                         ORDER BY total_exec_time DESC
                         LIMIT 25""")) {
            System.out.printf("%9s %8s %9s %9s %12s %9s%n", "total ms", "calls", "mean ms", "rows", "WAL B", "pages");
            while (rows.next()) {
                System.out.printf(
                        "%9s %8s %9s %9s %12s %9s  %s%n",
                        rows.getString(1),
                        rows.getString(2),
                        rows.getString(3),
                        rows.getString(4),
                        rows.getString(5),
                        rows.getString(6),
                        rows.getString(7));
            }
        } catch (SQLException e) {
            throw new IllegalStateException("Could not read pg_stat_statements", e);
        }
    }

    private static void frames(Path file) throws IOException {
        var own = new HashMap<String, Integer>();
        var within = new HashMap<String, Integer>();
        var samples = 0;
        try (var recorded = new RecordingFile(file)) {
            while (recorded.hasMoreEvents()) {
                var event = recorded.readEvent();
                if (!event.getEventType().getName().equals("jdk.ExecutionSample") || event.getStackTrace() == null) {
                    continue;
                }
                samples++;
                var frames = event.getStackTrace().getFrames();
                own.merge(name(frames.get(0)), 1, Integer::sum);
                frames.stream().map(Profile::name).distinct().forEach(n -> within.merge(n, 1, Integer::sum));
            }
        }
        System.out.println(samples + " samples; in the method itself:");
        print(own, samples);
        System.out.println("in the method and what it calls:");
        within.keySet().removeIf(n -> n.startsWith("java.lang.Thread") || n.startsWith("java.util.concurrent"));
        print(within, samples);
    }

    private static String name(RecordedFrame frame) {
        var method = frame.getMethod();
        return method.getType().getName() + "." + method.getName();
    }

    private static void print(Map<String, Integer> counts, int samples) {
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
                .limit(SHOWN)
                .forEach(e -> System.out.printf("%6.1f %%  %s%n", 100.0 * e.getValue() / samples, e.getKey()));
    }

    @Override
    public void close() {
        if (recording != null) {
            recording.close();
        }
    }
}
