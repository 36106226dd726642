package dev.lanekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavaProcessTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final JavaCommand command = JavaCommand.of(PatientMain.class);

    @Test
    void passesOptionsAndArgumentsAndFollowsTheLog() {
        try (var process =
                command.withOptions("-Dgreeting=hi").withArguments("a", "b c").start()) {
            assertThat(process.awaitLine("hello (.*) hi", PATIENCE).group(1)).isEqualTo("a b c");
        }
    }

    @Test
    void killsWithoutShutdownHooks(@TempDir Path folder) {
        try (var process = command.withLog(folder.resolve("log")).start()) {
            process.awaitLine("count 1", PATIENCE);

            process.kill9();

            assertThat(process.isAlive()).isFalse();
            assertThat(process.waitFor(PATIENCE)).isEqualTo(128 + 9);
            assertThat(process.log()).content().doesNotContain("goodbye");
        }
    }

    @Test
    void terminatesWithShutdownHooks() {
        try (var process = command.start()) {
            process.awaitLine("count 1", PATIENCE);

            process.terminate();

            assertThat(process.waitFor(PATIENCE)).isEqualTo(128 + 15);
            process.awaitLine("goodbye", PATIENCE);
        }
    }

    @Test
    void writesNothingWhileItIsFrozen() throws IOException {
        try (var process = command.start()) {
            process.awaitLine("count 1", PATIENCE);

            process.freeze();
            await().atMost(PATIENCE).until(() -> state(process) == 'T');
            var size = size(process.log());
            await().during(Duration.ofMillis(300)).until(() -> size(process.log()) == size);

            process.thaw();
            await().atMost(PATIENCE).until(() -> size(process.log()) > size);
        }
    }

    @Test
    void tellsItsProcessorTime() {
        try (var process = command.start()) {
            process.awaitLine("hello", PATIENCE);

            assertThat(process.cpu()).isBetween(Duration.ofMillis(10), PATIENCE);
        }
    }

    @Test
    void leadsASessionOfItsOwn() throws IOException {
        try (var process = command.start()) {
            process.awaitLine("hello", PATIENCE);

            assertThat(Long.parseLong(stat(process)[3])).isEqualTo(process.pid());
        }
    }

    @Test
    void showsTheEndOfTheLogWhenALineIsMissing() {
        try (var process = command.withArguments("of a test").start()) {
            process.awaitLine("hello", PATIENCE);

            assertThatThrownBy(() -> process.awaitLine("never", Duration.ofMillis(50)))
                    .hasMessageContaining("no line with 'never'")
                    .hasMessageContaining("hello of a test");
        }
    }

    @Test
    void doesNotWaitForALineOfADeadProcess() {
        try (var process = JavaCommand.of("no.such.Main").start()) {
            assertThatThrownBy(() -> process.awaitLine("hello", Duration.ofMinutes(10)))
                    .hasMessageContaining("ended")
                    .hasMessageContaining("ClassNotFoundException");
        }
    }

    @Test
    void leavesNoServerBehindWhenTheJvmThatStartedItIsKilled() {
        try (var owner = JavaCommand.of(ServerOwnerMain.class).start()) {
            var owned = owner.awaitLine("owns (\\d+) (\\d+) (.+)", PATIENCE);
            var postmaster = ProcessHandle.of(Long.parseLong(owned.group(1))).orElseThrow();
            var child = ProcessHandle.of(Long.parseLong(owned.group(2))).orElseThrow();

            owner.kill9();

            await().atMost(PATIENCE).until(() -> !postmaster.isAlive() && !child.isAlive());
            await().atMost(PATIENCE).until(() -> !Files.exists(Path.of(owned.group(3))));
        }
    }

    private static char state(JavaProcess process) throws IOException {
        return stat(process)[0].charAt(0);
    }

    /** The fields after the program's name: state, parent, process group, session. */
    private static String[] stat(JavaProcess process) throws IOException {
        var stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    }

    private static long size(Path file) throws IOException {
        return Files.size(file);
    }
}
