package dev.lanekeeper.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real thing, in a process of its own. */
class DemoTest {

    private static final int PATIENCE_SECONDS = 240;

    @TempDir
    Path folder;

    @Test
    void accountsForAllEventsAndLeavesNothingBehind() throws Exception {
        var ended = demo("--events", "500", "--exit");

        assertThat(ended.output()).as(String.join("\n", ended.output())).hasSizeGreaterThan(2);
        assertThat(ended.lastLine(1))
                .matches(
                        "conservation: consumed=500 done=\\d+ failed=\\d+ duplicates=\\d+ missing=0 doubled=0 misordered=0");
        assertThat(ended.lastLine(0)).matches("speed: [\\d,]+ events/s, commit-to-start p50 [\\d.]+ ms p99 [\\d.]+ ms");
        assertThat(ended.code()).isZero();
        assertThat(OrphanedPostgres.in(folder.resolve("postgres"))).isEmpty();
    }

    @Test
    void aPlantedLossTurnsItRed() throws Exception {
        var ended = demo("--events", "100", "--exit", "--plant", "loss");

        assertThat(ended.lastLine(1)).endsWith("missing=1 doubled=0 misordered=0");
        assertThat(ended.code()).isEqualTo(1);
    }

    private record Ended(int code, List<String> output) {

        String lastLine(int fromEnd) {
            return output.get(output.size() - 1 - fromEnd);
        }
    }

    private Ended demo(String... options) throws IOException, InterruptedException {
        var output = folder.resolve("output").toFile();
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx768m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                DemoMain.class.getName(),
                "--data",
                folder.toString()));
        command.addAll(List.of(options));
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output)
                .redirectInput(new File("/dev/null"))
                .start();
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as(Files.readString(output.toPath()))
                    .isTrue();
            return new Ended(process.exitValue(), Files.readAllLines(output.toPath()));
        } finally {
            process.destroy();
        }
    }
}
