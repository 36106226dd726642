package dev.lanekeeper.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs short commands of the operating system and starts long ones in a session of their own. */
final class Commands {

    private static final int PATIENCE_SECONDS = 120;

    private Commands() {}

    /** Runs a command to its end with its output appended to the log file; fails unless it exits with 0. */
    static void run(List<String> command, Path log) {
        int code = exitCode(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())));
        if (code != 0) {
            throw new IllegalStateException(command + " ended with " + code + ": " + LogTail.of(log));
        }
    }

    static boolean succeeds(String... command) {
        return exitCode(new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD))
                == 0;
    }

    /**
     * Returns a builder whose process leads a session of its own, so that a signal to this JVM's process group (Ctrl-C,
     * the end of a build) does not reach it. The process keeps the pid that {@link Process#pid()} tells: {@code setsid}
     * does not fork here.
     */
    static ProcessBuilder inOwnSession(List<String> command) {
        var builder = new ProcessBuilder("setsid");
        builder.command().addAll(command);
        return builder;
    }

    /** Sends a signal ({@code KILL}, {@code STOP}, ...); a process that has already ended is no error. */
    static void signal(String name, long pid) {
        succeeds("sh", "-c", "kill -" + name + " " + pid);
    }

    /** Waits until a process has ended, however long that takes, without a thread of the common pool. */
    static void awaitEnd(Process process) {
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for the end of process " + process.pid(), e);
        }
    }

    private static int exitCode(ProcessBuilder builder) {
        try {
            var process = builder.start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(builder.command() + " did not end within " + PATIENCE_SECONDS + " s");
            }
            return process.exitValue();
        } catch (IOException e) {
            throw new UncheckedIOException("Could not run " + builder.command(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while running " + builder.command(), e);
        }
    }
}
