package dev.lanekeeper.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.util.List;
import java.util.Map;
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
            import dev.lanekeeper.api.job.LaneJob;
            import dev.lanekeeper.api.job.Unique;
            import org.springframework.stereotype.Component;

            @Component
            public class Parcels {

                @KafkaEventHandler(id = "parcels", topics = "parcels")
                public void on(String parcel) {}

                @LaneJob(id = "weigh", resource = "parcel")
                @Unique
                public void weigh(String parcel) {}
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
            assertThat(timeOf(health)).isLessThan(Duration.ofSeconds(1));
            assertThat(get(port, "/actuator/health/readiness")).isEqualTo(200);
            assertThat(get(port, "/actuator/health/liveness")).isEqualTo(200);
            assertThat(get(port, "/")).isEqualTo(401);
            enqueuesAndChangesJobs(port);
            listsAndReleasesLocks(command("http://127.0.0.1:" + port + "/lanekeeper", "a b"));

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

    private static void enqueuesAndChangesJobs(int port) {
        var address = "http://127.0.0.1:" + port + "/lanekeeper";
        var ada = command(address, "a b");
        assertThat(ada.run("enqueue", "weigh", "--payload", "{\"parcel\": \"p 1\"}"))
                .satisfies(ended -> assertThat(ended.text()).matches("accepted item-id=\\d+\n"))
                .satisfies(ended -> assertThat(ended.code()).isZero());
        String[] later = {
            "enqueue", "weigh", "--after=1d", "--idempotency-key", "k", "--label", "later \u00e9", "--json"
        };
        var scheduled = ada.run(later).text();
        assertThat(scheduled).startsWith("{\"answer\":\"scheduled\",\"job_id\":");
        assertThat(ada.run(later).text()).isEqualTo(scheduled.replace("\"repeated\":false", "\"repeated\":true"));
        var job = scheduled.replaceAll("(?s).*\"job_id\":(\\d+),.*", "$1");
        assertThat(ada.run("jobs", "list", "--handler", "weigh").text())
                .startsWith(job + "  ")
                .endsWith("weigh    later \u00e9\n");
        assertThat(ada.run("jobs", "reschedule", job, "--at=2030-01-01T00:00:00Z"))
                .isEqualTo(new Command.Ended(0, "rescheduled\n"));
        assertThat(ada.run("jobs", "cancel", job)).isEqualTo(new Command.Ended(0, "cancelled\n"));
        assertThat(ada.run("jobs", "cancel", job).text()).startsWith("it is scheduled no more");
        assertThat(ada.run("enqueue", "orders").text())
                .contains("no node has ever had a handler of jobs 'orders'; there are 'weigh'");
        assertThat(command(address, "wrong").run("jobs", "list").code()).isEqualTo(1);
        assertThat(command("http://127.0.0.1:1", "a b").run("jobs", "list").text())
                .startsWith("Nobody answers at ");
        assertThat(ada.run("jobs", "remove", job).code()).isEqualTo(2);
        letsAJobRecur(ada);
    }

    private static void letsAJobRecur(Command ada) {
        var recurring = ada.run("enqueue", "weigh", "--cron", "0 0 3 * * *", "--name", "at night", "--zone=UTC")
                .text();
        assertThat(recurring).matches("recurring recurring-id=\\d+ name=at night next-at=\\S+T03:00:00Z\n");
        var id = recurring.replaceAll("(?s).*recurring-id=(\\d+) .*", "$1");
        assertThat(ada.run("recurring", "pause", id)).isEqualTo(new Command.Ended(0, "paused\n"));
        assertThat(ada.run("recurring", "list", "--handler", "weigh").text())
                .startsWith(id + "  paused  weigh  at night  0 0 3 * * *  UTC");
        assertThat(ada.run("recurring", "resume", id)).isEqualTo(new Command.Ended(0, "resumed\n"));
        assertThat(ada.run("recurring", "end", id)).isEqualTo(new Command.Ended(0, "ended\n"));
        assertThat(ada.run("recurring", "end", id)).isEqualTo(new Command.Ended(1, "recurring job not found\n"));
        assertThat(ada.run("recurring", "cancel", id).code()).isEqualTo(2);
    }

    private static void listsAndReleasesLocks(Command ada) {
        assertThat(ada.run("enqueue", "weigh", "--after=1d", "--unique-key", "p&7\n!")
                        .code())
                .isZero();
        assertThat(ada.run("locks", "list", "p&*").text())
                .matches(
                        "KEY {4}TYPE {12}HOLDER .* WAITERS {2}TOKEN\np&7\\?!  until executed  weigh job \\d+  -  +20\\S+Z  - +0 +-\n");
        assertThat(ada.run("locks", "list", "--json").text()).startsWith("[{\"side\":\"enqueue\"");
        assertThat(ada.run("locks", "list", "--limit=x"))
                .isEqualTo(new Command.Ended(1, "limit is no whole number from 0\n"));
        assertThat(ada.run("locks", "release", "p&*", "--dry-run"))
                .isEqualTo(new Command.Ended(0, "would release 1\n"));
        assertThat(ada.run("locks", "release", "p&*", "--reason", "it is gone"))
                .isEqualTo(new Command.Ended(0, "released 1\n"));
        assertThat(ada.run("locks", "list", "p&*")).isEqualTo(new Command.Ended(0, "Nothing is locked\n"));
        assertThat(ada.run("locks", "list", "--elsewhere"))
                .isEqualTo(new Command.Ended(0, "No other application has a lock that is waited for\n"));
        assertThat(ada.run("locks", "release", "a", "b").code()).isEqualTo(2);
        assertThat(ada.run("locks", "release", "*", "--handler=weigh").text())
                .startsWith("There is no option --handler");
    }

    private static Command command(String address, String password) {
        return new Command(Map.of(
                "JAVA_HOME",
                System.getProperty("java.home"),
                "LANEKEEPER_CLASS_PATH",
                classPath(),
                "LANEKEEPER_URL",
                address,
                "LANEKEEPER_USER",
                "ada:" + password));
    }

    private static Duration timeOf(Command health) {
        var begun = System.nanoTime();
        health.run("health");
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    /** By the script, in a folder as it is delivered; only the libraries are those of the build. */
    private JavaProcess start(int port) throws IOException {
        var database = PostgresServer.shared().createDatabase("server");
        var script = folder.resolve("bin/lanekeeper");
        Files.createDirectories(script.getParent());
        Files.copy(Command.SCRIPT, script);
        Files.createDirectories(folder.resolve("handlers"));
        compile(folder.resolve("handlers/parcels.jar"));
        Files.createDirectories(folder.resolve("config"));
        Files.writeString(folder.resolve("config/application.yaml"), """
                spring:
                  main.sources: com.example.parcels
                  datasource:
                    url: %s
                    username: %s
                    hikari.maximum-pool-size: 24
                  kafka.bootstrap-servers: 127.0.0.1:%d
                lanekeeper.console:
                  enabled: true
                  sign-in: own
                  users.ada:
                    password: "{noop}a b"
                    role: operator
                """.formatted(
                        database.jdbcUrl(), database.username(), Ports.free()));
        return JavaProcess.start(
                List.of("sh", script.toString(), "run", "--server.address=127.0.0.1", "--server.port=" + port),
                Map.of(
                        "JAVA_HOME", System.getProperty("java.home"),
                        "JAVA_OPTIONS", "-Xmx256m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
                        "LANEKEEPER_HEALTH_FILE", folder.resolve("health").toString(),
                        "LANEKEEPER_CLASS_PATH", classPath()));
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /** A jar with the handler's class. */
    private void compile(Path file) throws IOException {
        var source = Files.writeString(folder.resolve("Parcels.java"), HANDLERS);
        var code = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        OutputStream.nullOutputStream(),
                        "-proc:none",
                        "-cp",
                        classPath(),
                        "-d",
                        folder.toString(),
                        source.toString());
        assertThat(code).isZero();
        try (var jar = new JarOutputStream(Files.newOutputStream(file))) {
            jar.putNextEntry(new JarEntry("com/example/parcels/"));
            jar.putNextEntry(new JarEntry("com/example/parcels/Parcels.class"));
            jar.write(Files.readAllBytes(folder.resolve("com/example/parcels/Parcels.class")));
        }
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
