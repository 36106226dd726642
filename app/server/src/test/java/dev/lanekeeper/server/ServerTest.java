package dev.lanekeeper.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.testkit.JavaCommand;
import dev.lanekeeper.testkit.JavaProcess;
import dev.lanekeeper.testkit.Ports;
import dev.lanekeeper.testkit.PostgresServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server as it is delivered, with a jar of handlers beside it; Kafka is away, and that is no reason not to be ready. */
class ServerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String HANDLERS = """
            package com.example.parcels;

            import dev.lanekeeper.api.KafkaEventHandler;
            import org.springframework.stereotype.Component;

            @Component
            public class Parcels {

                @KafkaEventHandler(id = "parcels", topics = "parcels")
                public void on(String parcel) {}
            }
            """;

    @TempDir
    Path folder;

    @Test
    void runsTheHandlersOfAJarBesideItAndTellsHowItIs() throws Exception {
        var health = new Command(folder.resolve("health"));
        var port = Ports.free();
        try (var server = start(port)) {
            server.awaitLine("Lanekeeper is up", PATIENCE);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(health.run("health")).isEqualTo(new Command.Ended(0, "")));
            assertThat(get(port, "/actuator/health/readiness")).isEqualTo(200);
            assertThat(get(port, "/actuator/health/liveness")).isEqualTo(200);
            assertThat(get(port, "/")).isEqualTo(401);

            server.freeze();
            await().atMost(PATIENCE).until(() -> health.run("health").code() == 1);
            assertThat(health.run("health", "liveness").text()).startsWith("Lanekeeper is dead or frozen");
            server.thaw();
            await().atMost(PATIENCE).until(() -> health.run("health").code() == 0);

            server.terminate();
            assertThat(server.waitFor(PATIENCE)).isZero();
            assertThat(health.run("health").text()).startsWith("Lanekeeper does not run");
        }
    }

    private JavaProcess start(int port) throws IOException {
        var database = PostgresServer.shared().createDatabase("server");
        var handlers = Path.of(compile(), "parcels.jar").toString();
        var command = JavaCommand.of(ServerMain.class)
                .withOptions(
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Dlanekeeper.health-file=" + folder.resolve("health"));
        return command.withClassPath(command.classPath() + ":" + handlers)
                .withArguments(
                        "--spring.main.sources=com.example.parcels",
                        "--spring.datasource.url=" + database.jdbcUrl(),
                        "--spring.datasource.username=" + database.username(),
                        "--spring.datasource.hikari.maximum-pool-size=24",
                        "--spring.kafka.bootstrap-servers=127.0.0.1:" + Ports.free(),
                        "--server.address=127.0.0.1",
                        "--server.port=" + port)
                .start();
    }

    /** A jar with the handler's class, in a folder that is named. */
    private String compile() throws IOException {
        var source = Files.writeString(folder.resolve("Parcels.java"), HANDLERS);
        var classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        var code = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        OutputStream.nullOutputStream(),
                        "-proc:none",
                        "-cp",
                        classPath,
                        "-d",
                        folder.toString(),
                        source.toString());
        assertThat(code).isZero();
        try (var jar = new JarOutputStream(Files.newOutputStream(folder.resolve("parcels.jar")))) {
            jar.putNextEntry(new JarEntry("com/example/parcels/"));
            jar.putNextEntry(new JarEntry("com/example/parcels/Parcels.class"));
            jar.write(Files.readAllBytes(folder.resolve("com/example/parcels/Parcels.class")));
        }
        return folder.toString();
    }

    private static int get(int port, String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20))
                .build();
        return HttpClient.newHttpClient()
                .send(request, BodyHandlers.discarding())
                .statusCode();
    }
}
