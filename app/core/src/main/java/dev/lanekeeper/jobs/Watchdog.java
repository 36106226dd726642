package dev.lanekeeper.jobs;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jobrunr.server.BackgroundJobServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Starts JobRunr's server again when it has stopped itself, as it does for good after one failed heartbeat, or has fallen silent. Looks
 * once a second, on a thread of its own, and only starts what can work: the database must answer.
 */
final class Watchdog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
    private static final Duration PATIENCE_AT_CLOSE = Duration.ofSeconds(5);
    private static final int ANSWER_WITHIN_SECONDS = 2;

    private final BackgroundJobServer server;
    private final RunJobStore store;
    private final DataSource dataSource;
    private final Duration silence;
    private final ScheduledExecutorService clock;

    /** @param silence without a heartbeat, not even a failed one, for so long, the server counts as stopped */
    Watchdog(BackgroundJobServer server, RunJobStore store, DataSource dataSource, Duration silence) {
        this.server = server;
        this.store = store;
        this.dataSource = dataSource;
        this.silence = silence;
        var factory = new CustomizableThreadFactory("lanekeeper-jobrunr-watchdog-");
        factory.setDaemon(true);
        this.clock = Executors.newSingleThreadScheduledExecutor(factory);
    }

    void start() {
        var unused = clock.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
    }

    /** When this returns, nothing is started any more. */
    @Override
    public void close() {
        clock.shutdownNow();
        try {
            if (!clock.awaitTermination(PATIENCE_AT_CLOSE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("JobRunr's watchdog did not end within {}", PATIENCE_AT_CLOSE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        try {
            boolean silent = isSilent();
            if ((silent || !server.isRunning()) && databaseAnswers() && !clock.isShutdown()) {
                if (silent) {
                    server.stop();
                }
                server.start();
                LOG.atInfo().addKeyValue("server", server).log("JobRunr's server was started again");
            }
        } catch (RuntimeException e) {
            LOG.warn("JobRunr's server could not be started again; the next attempt follows in a second", e);
        }
    }

    private boolean isSilent() {
        return server.isRunning() && store.silence().compareTo(silence) > 0;
    }

    private boolean databaseAnswers() {
        try (var connection = dataSource.getConnection()) {
            return connection.isValid(ANSWER_WITHIN_SECONDS);
        } catch (SQLException e) {
            return false;
        }
    }
}
