package dev.lanekeeper.monitor;

import dev.lanekeeper.monitor.Monitor.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Writes every two seconds how this process is into a file that {@code lanekeeper health} reads: a line that says until when the file
 * counts, in seconds since 1970, and then a line for each trouble, after the word {@code liveness} or {@code readiness}. A process that
 * is frozen or dead soon has a file that no longer counts. Asks nothing outside of the process, so it cannot hang with the database.
 *
 * <p>Begins before everything else of Lanekeeper's and ends after it.
 */
final class HealthFile implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(HealthFile.class);
    private static final long EVERY_SECONDS = 2;
    private static final long COUNTS_SECONDS = 10;

    private final Path file;
    private final Monitor monitor;
    private final Clock clock;
    private @Nullable ScheduledExecutorService thread;
    private boolean troubled;

    HealthFile(Path file, Monitor monitor, Clock clock) {
        this.file = file.toAbsolutePath();
        this.monitor = monitor;
        this.clock = clock;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the task keeps what goes wrong in it to itself
    public synchronized void start() {
        if (thread == null) {
            thread = Executors.newSingleThreadScheduledExecutor(task -> {
                var made = new Thread(task, "lanekeeper-health-file");
                made.setDaemon(true);
                return made;
            });
            thread.scheduleWithFixedDelay(this::write, 0, EVERY_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Leaves no file behind: without one the probe is told that the process does not run. */
    @Override
    public synchronized void stop() {
        if (thread != null) {
            thread.shutdownNow();
            thread = null;
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                log.atDebug().log("The health file could not be removed: {}", e.toString());
            }
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return thread != null;
    }

    /** The first to start and the last to stop. */
    @Override
    public int getPhase() {
        return Integer.MIN_VALUE;
    }

    /** In one step, so that nobody ever reads a part of it. */
    synchronized void write() {
        if (thread == null) {
            return;
        }
        try {
            var next = file.resolveSibling(file.getFileName() + ".next");
            Files.writeString(next, String.join("\n", lines()) + "\n");
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            troubled = false;
        } catch (IOException | RuntimeException e) {
            if (!troubled) {
                troubled = true;
                log.atWarn().log("The health file {} cannot be written: {}", file, e.toString());
            }
        }
    }

    List<String> lines() {
        var lines = new ArrayList<String>();
        lines.add("until " + clock.instant().plusSeconds(COUNTS_SECONDS).getEpochSecond());
        var running = monitor.running();
        running.ifPresent(r -> Stuck.threads(r).forEach(trouble -> lines.add("liveness " + trouble)));
        if (monitor.hasHandlers()) {
            readiness(running.orElse(null)).forEach(trouble -> lines.add("readiness " + trouble));
        }
        return lines;
    }

    private List<String> readiness(@Nullable Running running) {
        return switch (monitor.phase()) {
            case NOT_STARTED -> List.of("Lanekeeper has not started yet");
            case AT_WORK -> running == null ? List.of() : Stuck.workersProblems(running);
            case STOPPING -> List.of("Lanekeeper is stopping");
            case STOPPED -> List.of("Lanekeeper has stopped");
        };
    }
}
