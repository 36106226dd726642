package dev.lanekeeper.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A JVM of its own that tests may kill, freeze and thaw at any moment; started by {@link JavaCommand#start}.
 *
 * <p>It leads a session of its own, so signals to this JVM's process group do not reach it, and it never outlives this
 * JVM. All methods may be called from any thread; all waits are bounded and fail with the end of the log.
 */
public final class JavaProcess implements AutoCloseable {

    private final Process process;
    private final Path folder;
    private final Path log;
    private final String name;
    private final Guardian guardian;

    private JavaProcess(Process process, Path folder, Path log, String name) {
        this.process = process;
        this.folder = folder;
        this.log = log;
        this.name = name;
        this.guardian = Guardian.of(folder, "KILL");
        guardian.watch(process.pid());
        // Its pid may soon be another process's.
        var unused = process.onExit().thenRun(guardian::watchNothing);
    }

    static JavaProcess start(JavaCommand command) {
        // Not as an argument: a class path may be longer than a command line.
        var environment = Map.of("CLASSPATH", command.classPath());
        return start(command.commandLine(), environment, command.mainClass(), command.log());
    }

    /**
     * Starts a command that becomes a JVM, as a script does that ends with {@code exec java}.
     *
     * @param environment what is set beside the variables of this JVM
     */
    public static JavaProcess start(List<String> commandLine, Map<String, String> environment) {
        return start(commandLine, environment, commandLine.get(0), null);
    }

    private static JavaProcess start(
            List<String> commandLine, Map<String, String> environment, String name, @Nullable Path file) {
        var folder = Folders.create("java");
        var log = file == null ? folder.resolve("log") : file;
        var builder = Commands.inOwnSession(commandLine)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        try {
            return new JavaProcess(builder.start(), folder, log, name);
        } catch (IOException e) {
            Folders.remove(folder);
            throw new UncheckedIOException("Could not start " + name, e);
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Standard output and standard error. */
    public Path log() {
        return log;
    }

    /** The user and system time of the process so far, exact to 10 ms; zero when it has ended. */
    public Duration cpu() {
        return new ProcessTree(pid()).cpu();
    }

    /** Kills the process ({@code SIGKILL}) and returns when it is gone. */
    public void kill9() {
        Commands.awaitEnd(process.destroyForcibly());
    }

    /** Asks the process to end ({@code SIGTERM}): its shutdown hooks run. */
    public void terminate() {
        process.destroy();
    }

    /** Stops all threads of the process ({@code SIGSTOP}) until {@link #thaw}; its connections stay open. */
    public void freeze() {
        Commands.signal("STOP", pid());
    }

    /** Lets a frozen process go on ({@code SIGCONT}). */
    public void thaw() {
        Commands.signal("CONT", pid());
    }

    /** Waits for the end of the process and returns its exit code (128 + n after signal n). */
    public int waitFor(Duration patience) {
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw failure("did not end within " + patience);
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure("was waited for, until the waiting thread was interrupted");
        }
    }

    /** Waits until the log has a line in which the expression is found, and returns the first find with its groups. */
    public MatchResult awaitLine(String regex, Duration patience) {
        var follower = new LogFollower(log, Pattern.compile(regex));
        var deadline = Deadline.in(patience);
        // The order matters: a process that is dead before the last look writes nothing after it.
        deadline.await(() -> {
            boolean dead = !isAlive();
            return follower.find().isPresent() || dead;
        });
        return follower.find()
                .orElseThrow(() -> failure((isAlive() ? "wrote" : "ended and wrote") + " no line with '" + regex
                        + "' within " + patience));
    }

    /** Kills the process and removes its log, unless the command named a file for it. */
    @Override
    public void close() {
        kill9();
        guardian.close();
        Folders.remove(folder);
    }

    private IllegalStateException failure(String what) {
        return new IllegalStateException(name + " (pid " + pid() + ") " + what + "; " + LogTail.of(log));
    }
}
