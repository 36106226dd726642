package dev.lanekeeper.console;

import static dev.lanekeeper.console.Api.anyResource;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.lanekeeper.setting.LiveSettings;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/** The contract of the JSON API: bodies and statuses. */
class ApiTest {

    private final Site site = Site.shared();
    private final Api api = new Api(site);

    @Test
    void answersAPing() {
        assertThat(api.get("/ping").response().body()).isEqualTo("PONG");
    }

    @Test
    void showsAnEventAsItCameAndWhatBecameOfIt() {
        var resource = anyResource();
        site.produce(
                "orders",
                resource,
                "{\"resource\":\"" + resource + "\", \"wish\":\"\",\"big\":12345678901234567890123}");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> !api.get("/v1/events?entity_id=" + resource).json().isEmpty());

        var list = api.get("/v1/events?entity_id=" + resource + "&event_type=order&topic=orders&group_id=orders");
        var event = list.json().get(0);
        var detail = api.get("/v1/events/" + event.get("id").asLong());

        assertThat(list.json()).hasSize(1);
        assertThat(list.header("X-Total-Count")).isEqualTo("1");
        assertThat(event.get("state").asString()).isEqualTo("DONE");
        assertThat(event.get("entity_id").asString()).isEqualTo(resource);
        assertThat(event.get("checksum").asString()).matches("[0-9a-f]{32}");
        assertThat(detail.response().body()).contains("\"big\":12345678901234567890123");
        assertThat(detail.json().get("payload_format").asString()).isEqualTo("json");
        assertThat(detail.json().get("run_id").asString()).hasSize(36);
        assertThat(api.get("/v1/events?entity_id=" + resource + "&event_type=other")
                        .json())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/events/99999999999, event not found",
        "/v1/events/abc, event not found",
        "/v1/failures/abc, failure not found",
        "/v1/failures/99999999999, failure not found",
        "/v1/lanes/abc, lane not found",
        "/v1/handlers/abc, handler not found",
        "/v1/bulk-operations/0, bulk operation not found",
        "/v1/nothing/of/that/name, not found",
        "/v1, not found"
    })
    void saysInJsonWhatIsNotFound(String path, String message) {
        var answer = api.get(path);

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.response().body()).isIn(error(message));
    }

    private static Object[] error(String message) {
        return new Object[] {
            "{\"error\":true,\"message\":\"" + message + "\"}", "{\"message\":\"" + message + "\",\"error\":true}"
        };
    }

    @ParameterizedTest
    @CsvSource({
        "limit=abc",
        "limit=-1",
        "offset=-1",
        "offset=1e3",
        "offset=10001",
        "state=GONE",
        "from=yesterday",
        "after=x"
    })
    void refusesWhatItDoesNotUnderstand(String query) {
        for (var path : new String[] {"/v1/events?", "/v1/failures?"}) {
            var answer = api.get(path + query);

            assertThat(answer.status()).as(path + query).isEqualTo(400);
            assertThat(answer.json().get("error").asBoolean()).isTrue();
            assertThat(answer.json().get("message").asString()).startsWith(query.substring(0, query.indexOf('=')));
        }
    }

    /** What was meant to narrow a list, or to try only, must not be passed over. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "GET /v1/events?hanlder=orders hanlder",
                "GET /v1/failures?limit=1&order=id order",
                "GET /v1/failures/count?limit=1 limit",
                "GET /v1/lanes?resorce=r resorce",
                "GET /v1/locks?key=printer key",
                "GET /v1/jobs?state=waiting state",
                "GET /v1/latency?hours=1 hours",
                "POST /v1/locks/release?pattern=nothing&dryrun=true dryrun",
                "POST /v1/locks/release?pattern=nothing&dry_run=yes dry_run",
                "POST /v1/events/1/discard?why=x why",
                "DELETE /v1/failures/1?why=x why",
            })
    void refusesAParameterThatItDoesNotKnow(String method, String path, String parameter) {
        var answer = api.send(method, path, method.equals("GET") ? null : "", Api.OPERATOR);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().get("message").asString())
                .startsWith(parameter)
                .matches(".* is (no parameter of this; there (is|are) .+|none of true, false)");
    }

    @Test
    void pagesByOffsetAndByTheLinkOfThePageBefore() {
        var type = anyResource();
        var ids = IntStream.range(0, 5)
                .mapToLong(n -> api.event("", type + n, "DONE"))
                .boxed()
                .toList();

        var byOffset = api.get("/v1/events?handler=orders&limit=2&offset=1");
        var first = api.get("/v1/events?handler=orders&limit=2");
        var link = first.header("Link");
        var second = api.get(site.address("").replaceAll("/lanekeeper$", "") + link.substring(1, link.indexOf('>')));

        assertThat(byOffset.json()).extracting(e -> e.get("id").asLong()).containsExactly(ids.get(3), ids.get(2));
        assertThat(first.json()).extracting(e -> e.get("id").asLong()).containsExactly(ids.get(4), ids.get(3));
        assertThat(second.json()).extracting(e -> e.get("id").asLong()).containsExactly(ids.get(2), ids.get(1));
        assertThat(api.get("/v1/events?limit=0").json()).isEmpty();
        assertThat(api.get("/v1/events?limit=100000").status()).isEqualTo(200);
    }

    @Test
    void retriesAFailureAndAnswersWithWhatItsHandlerSays() {
        var resource = anyResource();
        var id = api.failure("fail", resource);
        var failure = api.get("/v1/failures/" + id).json();

        assertThat(failure.get("error_class").asString()).isEqualTo("java.lang.IllegalStateException");
        assertThat(failure.get("error_message").asString()).isEqualTo("Told to fail: fail");
        assertThat(failure.get("error_backtrace").size()).isGreaterThan(3);

        var failed = api.post("/v1/failures/" + id + "/retry", "{\"reason\":\"try\"}");
        assertThat(failed.status()).isEqualTo(422);
        assertThat(failed.json().get("message").asString()).isEqualTo("Told to fail: fail");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> api.get("/v1/failures/" + id).status() == 200);

        ConsoleApplication.HEALED.add(resource);
        var healed = api.post("/v1/failures/" + id + "/retry", null);
        assertThat(healed.status()).isEqualTo(200);
        assertThat(healed.response().body()).isEqualTo("{\"acknowledged\":true}");
        assertThat(api.get("/v1/failures/" + id).status()).isEqualTo(404);
        assertThat(api.get("/v1/events/" + id).json().get("state").asString()).isEqualTo("DONE");

        var again = api.post("/v1/failures/" + id + "/retry", null);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json().get("acknowledged").asBoolean()).isFalse();
        assertThat(again.json().get("alreadyConsumed").asBoolean()).isTrue();
    }

    @Test
    void doesOnceWhatSeveralAskForAtTheSameTime() {
        var resource = anyResource();
        var id = api.failure("fail", resource);
        ConsoleApplication.HEALED.add(resource);
        var before = calls(resource);

        var answers = IntStream.range(0, 8)
                .mapToObj(n -> CompletableFuture.supplyAsync(() -> api.post("/v1/failures/" + id + "/retry", null)))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .toList();

        assertThat(calls(resource)).isEqualTo(before + 1);
        assertThat(answers)
                .filteredOn(a -> a.response().body().equals("{\"acknowledged\":true}"))
                .hasSize(1);
        assertThat(answers).allMatch(a -> a.status() == 200 || a.status() == 409);
    }

    private static long calls(String resource) {
        return ConsoleApplication.CALLS.stream().filter(resource::equals).count();
    }

    @Test
    void tellsThatAnEventWasNotAcknowledged() {
        var resource = anyResource();
        var id = api.failure("fail, then skip", resource);
        ConsoleApplication.HEALED.add(resource);

        assertThat(api.post("/v1/failures/" + id + "/retry", null).response().body())
                .isEqualTo("{\"acknowledged\":false}");

        var rejected = api.event("reject", anyResource(), "REJECTED");
        assertThat(api.get("/v1/failures/" + rejected).json().get("reason").asString())
                .isEqualTo("told to reject");
        assertThat(api.post("/v1/failures/" + rejected + "/retry", null)
                        .json()
                        .get("acknowledged")
                        .asBoolean())
                .isFalse();
    }

    @Test
    void acceptsARetryThatCannotRunNowAndSaysWhy() {
        var id = api.event("payments", "fail", anyResource(), "FAILED");
        assertThat(api.post("/v1/handlers/payments/processing/pause", null).status())
                .isEqualTo(200);
        try {
            await().atMost(Duration.ofSeconds(10)).until(() -> isProcessingPaused("payments"));
            var answer = api.post("/v1/failures/" + id + "/retry?wait=1", null);

            assertThat(answer.status()).isEqualTo(202);
            assertThat(answer.json().get("message").asString()).contains("paused");
            assertThat(api.post("/v1/failures/" + id + "/retry?wait=1", null).status())
                    .isEqualTo(409);
        } finally {
            assertThat(api.post("/v1/handlers/payments/processing/resume", null).status())
                    .isEqualTo(200);
        }
    }

    /** Whether the site's node has seen it. */
    private boolean isProcessingPaused(String handler) {
        var number = site.sql()
                .sql("SELECT handler_id FROM lanekeeper.handler WHERE name = ?")
                .param(handler)
                .query(Integer.class)
                .single();
        return site.application().getBean(LiveSettings.class).isProcessingPaused(number);
    }

    @Test
    void handlesADoneEventOnceMoreAndLeavesItAsItWas() {
        var resource = anyResource();
        var id = api.event("", resource, "DONE");

        assertThat(api.post("/v1/events/" + id + "/retry", null).response().body())
                .isEqualTo("{\"acknowledged\":true}");

        assertThat(calls(resource)).isEqualTo(2);
        assertThat(api.get("/v1/events?entity_id=" + resource).json()).hasSize(2);
        assertThat(api.get("/v1/events/" + id).json().get("state").asString()).isEqualTo("DONE");
    }

    @Test
    void discardsAFailureOnce() {
        var resource = anyResource();
        var id = api.failure("fail", resource);
        var count = api.get("/v1/failures/count?resource=" + resource);

        assertThat(count.response().body()).isEqualTo("{\"count\":1}");
        assertThat(api.send("DELETE", "/v1/failures/" + id, null, Api.OPERATOR)
                        .response()
                        .body())
                .isEqualTo("{\"acknowledged\":true}");
        assertThat(api.send("DELETE", "/v1/failures/" + id, null, Api.OPERATOR).status())
                .isEqualTo(404);
        assertThat(api.get("/v1/failures/count?resource=" + resource).response().body())
                .isEqualTo("{\"count\":0}");
    }

    @Test
    void retriesAllThatMatchInTheBackground() {
        var resource = anyResource();
        api.failure("fail", resource);
        ConsoleApplication.HEALED.add(resource);

        var started = api.post(
                "/v1/bulk-operations",
                "{\"verb\":\"retry\",\"filter\":{\"resource\":\"" + resource + "\"},\"reason\":\"fixed\"}");

        assertThat(started.status()).isEqualTo(202);
        var operation = await().atMost(Duration.ofSeconds(60))
                .until(
                        () -> api.get("/v1/bulk-operations/"
                                        + started.json().get("id").asLong())
                                .json(),
                        o -> !o.get("finished_at").isNull());
        assertThat(operation.get("done").asInt()).isEqualTo(1);
        assertThat(operation.get("operator").asString()).isEqualTo("ada");
        assertThat(operation.get("filter").get("resource").asString()).isEqualTo(resource);
        assertThat(operation.get("filter").has("entity_id")).isTrue();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !api.get("/v1/events?entity_id=" + resource).json().isEmpty());
        assertThat(api.post("/v1/bulk-operations", "{\"verb\":\"retry\"}").status())
                .isEqualTo(400);
    }

    @Test
    void parksALaneAndLetsItGoOn() {
        var resource = anyResource();
        api.event("payments", "fail", resource, "FAILED");
        var lane = api.get("/v1/lanes?resource=" + resource).json().get(0);
        var path = "/v1/lanes/" + lane.get("id").asString();

        assertThat(lane.get("state").asString()).isEqualTo("PARKED");
        assertThat(api.post(path + "/park", null).status()).isEqualTo(409);
        assertThat(api.post(path + "/unpark", "{\"reason\":\"looked at\"}").status())
                .isEqualTo(200);
        assertThat(api.post(path + "/unpark", null).status()).isEqualTo(404);
        assertThat(api.get("/v1/lanes/count").json().has("blocked")).isTrue();
    }

    @Test
    void setsAndResetsWhatMayBeSet() {
        var path = "/v1/handlers/orders/settings/flush-size";

        assertThat(api.send("PUT", path, "{\"value\":\"321\",\"reason\":\"smaller\"}", Api.OPERATOR)
                        .json()
                        .get("console_value")
                        .asString())
                .isEqualTo("321");
        assertThat(api.send("DELETE", path, null, Api.OPERATOR)
                        .json()
                        .get("console_value")
                        .isNull())
                .isTrue();
        for (var value : new String[] {"0", "-1", "many", "10000000"}) {
            var refused = api.send("PUT", path, "{\"value\":\"" + value + "\"}", Api.OPERATOR);
            assertThat(refused.status()).isEqualTo(422);
            assertThat(refused.json().get("message").asString()).contains("from 1 to 10000");
        }
        assertThat(api.get("/v1/handlers/orders/settings/history")
                        .json()
                        .get(0)
                        .get("changed_by")
                        .asString())
                .isEqualTo("ada");
        assertThat(api.send("PUT", path, "not json", Api.OPERATOR).status()).isEqualTo(400);
        assertThat(api.get("/v1/health").json().get("nodes")).hasSize(1);
        assertThat(api.get("/v1/latency?minutes=60").status()).isEqualTo(200);
        assertThat(api.get("/v1/latency/orders").status()).isEqualTo(200);
    }

    @Test
    void logsEachRequestAsOneLineOfJson() {
        var logger = (Logger) LoggerFactory.getLogger("lanekeeper.requests");
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(lines);
        try {
            api.get("/v1/failures?limit=1");
            api.send("GET", "/v1/failures", null, null);
            await().atMost(Duration.ofSeconds(10)).until(() -> lines.list.size() >= 2);
        } finally {
            logger.detachAppender(lines);
            logger.setLevel(null);
        }
        var first = JsonMapper.shared().readTree(lines.list.get(0).getFormattedMessage());
        var second = JsonMapper.shared().readTree(lines.list.get(1).getFormattedMessage());

        assertThat(first.get("remote_user").asString()).isEqualTo("ada");
        assertThat(first.get("path").asString()).isEqualTo("/lanekeeper/v1/failures?limit=1 HTTP/1.1");
        assertThat(first.get("request_method").asString()).isEqualTo("GET");
        assertThat(first.get("status").asInt()).isEqualTo(200);
        assertThat(first.get("request_time").asString()).matches("\\d+\\.\\d+s");
        assertThat(second.get("status").asInt()).isEqualTo(401);
    }
}
