package dev.lanekeeper.promise;

import dev.lanekeeper.testkit.JavaCommand;
import dev.lanekeeper.testkit.JavaProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** One instance of the application: a process that may be killed and started again, whose log goes on in one file. */
final class Instance implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int LAST_LINES = 60;

    private final JavaCommand command;
    private final Path log;
    private String[] arguments;
    private JavaProcess process;

    private Instance(JavaCommand command, Path log, String... arguments) {
        this.command = command;
        this.log = log;
        this.arguments = arguments;
        this.process = command.withArguments(arguments).start();
    }

    /** @param arguments in addition to the command's, which may be others when it is started again */
    static Instance start(JavaCommand command, Path log, String... arguments) {
        return new Instance(command.withLog(log), log, arguments);
    }

    /** Returns when Lanekeeper has been started in it. */
    Instance awaitUp() {
        process.awaitLine("Lanekeeper is up", PATIENCE);
        return this;
    }

    JavaProcess process() {
        return process;
    }

    void kill9() {
        process.kill9();
    }

    /** Starts a process in place of the one that has ended. */
    void startAgain() {
        startAgainWith(arguments);
    }

    /** The same with other arguments in place of those of the last process. */
    void startAgainWith(String... instead) {
        process.close();
        arguments = instead;
        process = command.withArguments(instead).start();
    }

    /** Asks it to stop, and returns its exit code. */
    int stop() {
        process.terminate();
        return process.waitFor(PATIENCE);
    }

    /** Whether a line of the log, of this process or of one before it, has this text. */
    boolean hasLogged(String text) {
        return lines().stream().anyMatch(line -> line.contains(text));
    }

    String endOfLog() {
        var lines = lines();
        return log + " ends with:\n"
                + String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    }

    private List<String> lines() {
        try {
            return Files.exists(log) ? Files.readAllLines(log) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("Could not read " + log, e);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
