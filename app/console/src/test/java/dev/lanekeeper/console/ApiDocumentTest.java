package dev.lanekeeper.console;

import static dev.lanekeeper.console.Api.anyResource;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Runs the examples of {@code docs/api.md} as they stand there. */
class ApiDocumentTest {

    private final Site site = Site.shared();
    private final Api api = new Api(site);

    @Test
    void everyExampleIsAnswered() throws Exception {
        var resource = anyResource();
        api.event("payments", "fail", resource, "FAILED");
        var variables = new HashMap<>(Map.of(
                "CONSOLE", site.address(""),
                "AUTH", "ada:" + Site.PASSWORD,
                "EVENT", Long.toString(api.event("", anyResource(), "DONE")),
                "FAILURE", Long.toString(api.failure("fail", anyResource())),
                "LANE",
                        api.get("/v1/lanes?resource=" + resource)
                                .json()
                                .get(0)
                                .get("id")
                                .asString(),
                "JOB",
                        api.post("/v1/jobs", "{\"handler\":\"reports\",\"payload\":{\"wish\":\"\"},\"after\":\"1d\"}")
                                .json()
                                .get("job_id")
                                .asString(),
                "BULK",
                        api.post("/v1/bulk-operations", "{\"verb\":\"retry\",\"filter\":{\"handler\":\"nobody\"}}")
                                .json()
                                .get("id")
                                .asString()));

        variables.put(
                "RECURRING",
                api.post(
                                "/v1/jobs",
                                "{\"handler\":\"reports\",\"payload\":{\"wish\":\"\"},\"name\":\"r\",\"cron\":\"@yearly\"}")
                        .json()
                        .get("recurring_id")
                        .asString());

        var examples = Files.readString(Path.of("../../docs/api.md"))
                .lines()
                .filter(line -> line.startsWith("curl "))
                .toList();

        assertThat(examples).hasSizeGreaterThan(25);
        for (var example : examples) {
            // The retry fails, and is tried once more by itself.
            await().atMost(Duration.ofSeconds(30))
                    .until(() ->
                            api.get("/v1/failures/" + variables.get("FAILURE")).status() == 200);
            var status = run(example.replace("$AUTH", "\"$AUTH\"") + " -s -o /dev/null -w '%{http_code}'", variables);
            // The done event cannot be discarded, the lane is parked already, the failure fails again.
            assertThat(status).as(example).isIn("200", "201", "202", "409", "422");
            if (example.contains("-X DELETE \"$CONSOLE/v1/failures")) {
                variables.put("FAILURE", Long.toString(api.failure("fail", anyResource())));
            }
        }
    }

    private static String run(String command, Map<String, String> variables) throws IOException, InterruptedException {
        var builder = new ProcessBuilder("bash", "-c", command).redirectErrorStream(true);
        builder.environment().putAll(variables);
        var process = builder.start();
        try (var out = process.getInputStream()) {
            var text = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return text;
        }
    }
}
