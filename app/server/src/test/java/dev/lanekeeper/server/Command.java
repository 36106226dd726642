package dev.lanekeeper.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code bin/lanekeeper} with a health file of its own. */
final class Command {

    static final Path SCRIPT = Path.of("src/main/dist/bin/lanekeeper").toAbsolutePath();

    private final Map<String, String> environment;

    Command(Path healthFile) {
        this(Map.of("LANEKEEPER_HEALTH_FILE", healthFile.toString()));
    }

    Command(Map<String, String> environment) {
        this.environment = environment;
    }

    /** How it ended, and all that it wrote. */
    record Ended(int code, String text) {}

    Ended run(String... arguments) {
        try {
            var output = Files.createTempFile("lanekeeper", null);
            var command = new ArrayList<>(List.of("sh", SCRIPT.toString()));
            command.addAll(List.of(arguments));
            var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            var process = builder.start();
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(command + " did not end");
            }
            return new Ended(process.exitValue(), read(output));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String read(Path output) throws IOException {
        var text = new String(Files.readAllBytes(output), UTF_8);
        Files.delete(output);
        return text;
    }
}
