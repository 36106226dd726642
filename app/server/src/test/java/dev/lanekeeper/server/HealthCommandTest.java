package dev.lanekeeper.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as a container's probe calls it, on files as a server writes them. */
class HealthCommandTest {

    @TempDir
    Path folder;

    private Command health;

    @BeforeEach
    void nameTheFile() {
        health = new Command(folder.resolve("health"));
    }

    @Test
    void isSilentAndEndsWellWithinASecondWhenNothingIsWrong() throws IOException {
        write(10);
        var began = System.nanoTime();
        assertThat(health.run("health")).isEqualTo(new Command.Ended(0, ""));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(1));
        assertThat(health.run("health", "liveness")).isEqualTo(new Command.Ended(0, ""));
    }

    @Test
    void tellsWhatIsWrongInALine() throws IOException {
        write(10, "readiness JobRunr's server does not run", "liveness The heartbeat has not moved for 70 s");
        assertThat(health.run("health")).isEqualTo(new Command.Ended(1, "JobRunr's server does not run\n"));
        assertThat(health.run("health", "readiness"))
                .isEqualTo(new Command.Ended(1, "JobRunr's server does not run\n"));
        assertThat(health.run("health", "liveness"))
                .isEqualTo(new Command.Ended(1, "The heartbeat has not moved for 70 s\n"));
    }

    @Test
    void isAliveThoughNotReady() throws IOException {
        write(10, "readiness Lanekeeper is stopping");
        assertThat(health.run("health", "liveness").code()).isZero();
        assertThat(health.run("health", "readiness").code()).isEqualTo(1);
    }

    @Test
    void noticesAProcessThatWritesNothingAnyMoreAndOneThatNeverDid() throws IOException {
        assertThat(health.run("health").text()).startsWith("Lanekeeper does not run: there is no ");
        write(-20);
        assertThat(health.run("health")).satisfies(ended -> {
            assertThat(ended.code()).isEqualTo(1);
            assertThat(ended.text()).matches("Lanekeeper is dead or frozen: it has written nothing for 3[01] s\n");
        });
        Files.writeString(folder.resolve("health"), "");
        assertThat(health.run("health").code()).isEqualTo(1);
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThat(health.run("health", "everything").code()).isEqualTo(2);
        assertThat(health.run("start").code()).isEqualTo(2);
        assertThat(health.run("help").text()).contains("lanekeeper health [liveness|readiness]");
    }

    private void write(long secondsLeft, String... troubles) throws IOException {
        var until = "until " + Instant.now().plusSeconds(secondsLeft).getEpochSecond() + "\n";
        Files.writeString(
                folder.resolve("health"), until + (troubles.length == 0 ? "" : String.join("\n", troubles) + "\n"));
    }
}
