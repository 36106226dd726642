package dev.lanekeeper.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Ends a server and removes its folder after this JVM has ended, however it ended: a small shell process reads from a
 * pipe that closes with the JVM.
 *
 * <p>A shutdown hook would not do: it does not run when the JVM is killed, and it runs beside the hooks that close
 * application contexts and connection pools, which then fill the log with complaints about a server that is gone.
 */
final class Guardian implements AutoCloseable {

    private static final String SCRIPT = """
            pid=
            while read -r word; do
              case "$word" in released) exit 0 ;; none) pid= ;; *) pid=$word ;; esac
            done
            if [ -n "$pid" ]; then
              kill -"$2" "$pid"
              tries=0
              while kill -0 "$pid" && [ $tries -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
              kill -9 "$pid"
            fi
            rm -rf "$1"
            """;

    private final Process shell;
    private final Writer orders;
    private boolean released;

    private Guardian(Process shell) {
        this.shell = shell;
        this.orders = shell.outputWriter(StandardCharsets.US_ASCII);
    }

    /** Starts a guardian of a folder; the signal is what ends the watched process. */
    static Guardian of(Path folder, String signal) {
        var builder = Commands.inOwnSession(List.of("sh", "-c", SCRIPT, "guardian", folder.toString(), signal))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        try {
            return new Guardian(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException("Could not start the guardian of " + folder, e);
        }
    }

    /** From now on this process is to be ended with the JVM, instead of the one named before. */
    void watch(long pid) {
        order(Long.toString(pid));
    }

    void watchNothing() {
        order("none");
    }

    /** Lets the guardian go; the folder and the process are the caller's again. Later orders have no effect. */
    @Override
    public void close() {
        release();
        // Not under the lock: an order that waits for it may hold the only thread that tells of ended processes.
        Commands.awaitEnd(shell);
    }

    private synchronized void release() {
        order("released");
        released = true;
    }

    private synchronized void order(String word) {
        if (released) {
            return;
        }
        try {
            orders.write(word + "\n");
            orders.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("The guardian is gone", e);
        }
    }
}
