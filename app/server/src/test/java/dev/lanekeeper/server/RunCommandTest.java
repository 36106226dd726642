package dev.lanekeeper.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/lanekeeper run} where it was copied to, with a Java that only says what it was given. */
class RunCommandTest {

    @TempDir
    Path home;

    @Test
    void startsTheServerWithTheJarsAndTheConfigurationBesideItAndWhatItIsGiven() throws Exception {
        var script = home.resolve("bin/lanekeeper");
        Files.createDirectories(script.getParent());
        Files.copy(Command.SCRIPT, script);
        var java = home.resolve("jre/bin/java");
        Files.createDirectories(java.getParent());
        Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        var said = home.resolve("said");

        var builder = new ProcessBuilder("sh", script.toString(), "run", "--server.port=1", "--shop.name=a b")
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().put("JAVA_HOME", home.resolve("jre").toString());
        builder.environment().put("JAVA_OPTIONS", "-Xmx1g -Done=1");
        builder.environment().put("LANEKEEPER_HEALTH_FILE", "/run/shop.health");
        builder.environment().remove("LANEKEEPER_CLASS_PATH");
        var process = builder.start();

        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(said)
                .content()
                .isEqualTo(String.join(
                        "\n",
                        "-Xmx1g",
                        "-Done=1",
                        "-Dlanekeeper.health-file=/run/shop.health",
                        "-Dspring.config.additional-location=optional:file:" + home + "/config/",
                        "-cp",
                        home + "/lib/*:" + home + "/handlers/*",
                        "dev.lanekeeper.server.ServerMain",
                        "--server.port=1",
                        "--shop.name=a b",
                        ""));
    }
}
