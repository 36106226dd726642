package dev.lanekeeper.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A PostgreSQL that goes on although the process that had started it was killed. */
record OrphanedPostgres(ProcessHandle process) {

    private static final int PATIENCE_SECONDS = 20;

    /** The one that works on this data; empty when there is none, also when its number was given to another process. */
    static Optional<OrphanedPostgres> in(Path data) {
        return pid(data.resolve("postmaster.pid"))
                .flatMap(ProcessHandle::of)
                .filter(process -> commandLine(process).contains(data.toString()))
                .map(OrphanedPostgres::new);
    }

    /** Stops it as {@code pg_ctl stop -m fast} does; if it does not listen, at once: its log makes that safe. */
    void stop() {
        if (!ends("INT") && !ends("QUIT")) {
            throw new IllegalStateException("PostgreSQL of an earlier run (process " + process.pid()
                    + ") does not stop; end it with kill " + process.pid());
        }
    }

    private boolean ends(String signal) {
        try {
            new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid())
                    .start()
                    .waitFor();
            process.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (IOException | ExecutionException e) {
            throw new IllegalStateException("Could not stop process " + process.pid(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while stopping process " + process.pid(), e);
        }
    }

    private static Optional<Long> pid(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (var lines = Files.lines(file)) {
            return lines.findFirst()
                    .map(String::strip)
                    .filter(l -> l.matches("[0-9]+"))
                    .map(Long::valueOf);
        } catch (IOException e) {
            throw new UncheckedIOException("Could not read " + file, e);
        }
    }

    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"));
        } catch (IOException e) {
            // It ended in the meantime.
            return "";
        }
    }
}
