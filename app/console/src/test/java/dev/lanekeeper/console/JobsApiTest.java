package dev.lanekeeper.console;

import static dev.lanekeeper.console.Api.anyResource;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What another program gets that enqueues jobs over HTTP. */
class JobsApiTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Site site = Site.shared();
    private final Api api = new Api(site);
    private final String resource = anyResource();

    @Test
    void aJobIsAcceptedAndDoneWithThePayloadAsItWasSentAndItIsWrittenDownWhoWantedIt() {
        var answer = api.post("/v1/jobs", """
                {"handler": "reports", "payload": {"resource": "%s", "wish": "", "sum": 1.10}, "label": "of May",
                 "reason": "the auditor asks"}""".formatted(resource));

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.json().get("answer").asString()).isEqualTo("accepted");
        assertThat(answer.json().get("repeated").asBoolean()).isFalse();
        var item = answer.json().get("item_id").asLong();
        assertThat(answer.header("Location")).endsWith("/v1/events/" + item);
        await().atMost(PATIENCE)
                .until(() -> api.get("/v1/events/" + item)
                        .json()
                        .get("state")
                        .asString()
                        .equals("DONE"));
        assertThat(text("SELECT convert_from(payload, 'UTF8') FROM lanekeeper.work_item WHERE item_id = " + item))
                .isEqualTo("{\"resource\": \"%s\", \"wish\": \"\", \"sum\": 1.10}".formatted(resource));
        assertThat(text(
                        "SELECT operator || ' ' || verb || ' ' || reason FROM lanekeeper.operation WHERE target = 'item:"
                                + item + "'"))
                .isEqualTo("ada enqueue the auditor asks");
    }

    @Test
    void aKeyDoesARequestOnceHoweverOftenAndByHowManyItIsSent() {
        var key = UUID.randomUUID().toString();
        var body = "{\"handler\":\"reports\",\"payload\":{\"resource\":\"" + resource
                + "\",\"wish\":\"\"},\"idempotency_key\":\"" + key + "\"}";

        var answers = IntStream.range(0, 8)
                .parallel()
                .mapToObj(n -> api.post("/v1/jobs", body))
                .toList();

        assertThat(answers).allSatisfy(a -> assertThat(a.status()).isEqualTo(201));
        assertThat(answers.stream().map(a -> a.json().get("item_id").asLong()).distinct())
                .hasSize(1);
        assertThat(answers.stream().filter(a -> !a.json().get("repeated").asBoolean()))
                .hasSize(1);
        assertThat(count("lanekeeper.work_item WHERE resource = '" + resource + "'"))
                .isEqualTo(1);
        var other = api.post("/v1/jobs", body.replace("\"wish\":\"\"", "\"wish\":\"skip\""));
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.json().get("message").asString()).contains(key).contains("use a new key for each job");
    }

    @Test
    void aJobThatIsScheduledIsListedPutOffRunNowAndCancelled() {
        var first = schedule("\"after\": \"3h\"");
        var second = schedule("\"at\": \"2030-01-01T00:00:00+01:00\"");

        assertThat(api.get("/v1/jobs/" + second).json().get("due_at").asString())
                .isEqualTo("2029-12-31T23:00:00Z");
        var list = api.get("/v1/jobs?handler=reports&limit=1");
        assertThat(list.json()).hasSize(1);
        assertThat(api.get(list.header("Link").replaceAll("<(.*)>.*", "$1").replaceFirst("/lanekeeper", ""))
                        .json())
                .hasSize(1);
        assertThat(api.post("/v1/jobs/" + first + "/reschedule", "{\"at\": \"2031-01-01T00:00:00Z\"}")
                        .status())
                .isEqualTo(200);
        assertThat(Instant.parse(
                        api.get("/v1/jobs/" + first).json().get("due_at").asString()))
                .isEqualTo("2031-01-01T00:00:00Z");
        assertThat(api.post("/v1/jobs/" + second + "/cancel", "{\"reason\": \"obsolete\"}")
                        .json()
                        .get("answer")
                        .asString())
                .isEqualTo("cancelled");
        assertThat(api.post("/v1/jobs/" + first + "/run-now", null).status()).isEqualTo(200);
        await().atMost(PATIENCE).until(() -> api.get("/v1/jobs/" + first).json().has("item_id"));
        var late = api.post("/v1/jobs/" + second + "/run-now", null);
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.json().get("item_id").asLong()).isPositive();
        assertThat(api.post("/v1/jobs/999999999999/cancel", null).status()).isEqualTo(404);
    }

    @Test
    void theTimeOfTheAnswerIsTheOneThatIsKept() {
        var answer = api.post(
                "/v1/jobs",
                "{\"handler\":\"reports\",\"payload\":{\"resource\":\"" + resource
                        + "\",\"wish\":\"\"},\"at\":\"2090-01-01T00:00:00.123456789Z\"}");
        var id = answer.json().get("job_id").asLong();

        assertThat(answer.json().get("due_at").asString()).isEqualTo("2090-01-01T00:00:00.123457Z");
        assertThat(api.get("/v1/jobs/" + id).json().get("due_at").asString()).isEqualTo("2090-01-01T00:00:00.123457Z");
        assertThat(api.post("/v1/jobs/" + id + "/cancel", null).status()).isEqualTo(200);
    }

    @Test
    void aJobKeepsThePriorityThatItIsGiven() {
        var usual = schedule("\"after\":\"1d\"");
        var urgent = schedule("\"after\":\"1d\",\"priority\":9");

        assertThat(api.get("/v1/jobs/" + usual).json().get("priority").asInt()).isZero();
        assertThat(api.get("/v1/jobs/" + urgent).json().get("priority").asInt()).isEqualTo(9);
        assertThat(api.post("/v1/jobs/" + usual + "/cancel", null).status()).isEqualTo(200);
        assertThat(api.post("/v1/jobs/" + urgent + "/cancel", null).status()).isEqualTo(200);
    }

    @Test
    void aJobThatRecursIsListedRunNowPausedResumedAndEnded() {
        var body = """
                {"handler": "reports", "payload": {"resource": "%s", "wish": ""}, "name": "of the year %s",
                 "cron": "0 0 0 1 1 *", "zone": "Europe/Berlin", "label": "yearly", "priority": 3}""".formatted(resource, resource);
        var answer = api.post("/v1/jobs", body);
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.json().get("answer").asString()).isEqualTo("recurring");
        assertThat(answer.json().get("name").asString()).isEqualTo("of the year " + resource);
        var id = answer.json().get("recurring_id").asLong();
        assertThat(answer.header("Location")).endsWith("/v1/recurring-jobs/" + id);
        assertThat(api.post("/v1/jobs", body).json().get("recurring_id").asLong())
                .isEqualTo(id);

        var path = "/v1/recurring-jobs/" + id;
        assertThat(api.post(path + "/run-now", null).json().get("answer").asString())
                .isEqualTo("due");
        await().atMost(PATIENCE)
                .until(() -> !api.get(path).json().get("last_item_id").isNull());
        var recurring = api.get(path).json();
        assertThat(recurring.get("next_at").asString()).endsWith("-12-31T23:00:00Z");
        assertThat(recurring.get("priority").asInt()).isEqualTo(3);
        assertThat(recurring.get("left_out").asLong()).isZero();
        var item = recurring.get("last_item_id").asLong();
        await().atMost(PATIENCE)
                .until(() -> api.get("/v1/events/" + item)
                        .json()
                        .get("state")
                        .asString()
                        .equals("DONE"));
        assertThat(text("SELECT label FROM lanekeeper.work_item WHERE item_id = " + item))
                .isEqualTo("yearly");

        assertThat(api.post(path + "/resume", null).status()).isEqualTo(409);
        assertThat(api.post(path + "/pause", "{\"reason\": \"no paper\"}").status())
                .isEqualTo(200);
        assertThat(api.post(path + "/run-now", null).json().get("message").asString())
                .contains("resume it first");
        assertThat(api.get(path).json().get("paused_at").isNull()).isFalse();
        assertThat(api.post(path + "/resume", null).status()).isEqualTo(200);
        assertThat(api.get("/v1/recurring-jobs?handler=reports").json().toString())
                .contains(resource);
        assertThat(api.get("/v1/recurring-jobs?handler=unknown").json()).isEmpty();
        assertThat(api.get("/v1/recurring-jobs?handle=reports").status()).isEqualTo(400);
        assertThat(api.post(path + "/end", null).status()).isEqualTo(200);
        assertThat(api.post(path + "/end", null).status()).isEqualTo(404);
        assertThat(api.get(path).status()).isEqualTo(404);
        assertThat(text("SELECT string_agg(verb || coalesce(' ' || reason, ''), ', ' ORDER BY operation_id)"
                        + " FROM lanekeeper.operation WHERE operator = 'ada' AND result NOT LIKE 'IS_%' AND target = 'recurring:reports/of the year "
                        + resource + "'"))
                .isEqualTo("enqueue, enqueue, run-now, pause no paper, resume, end");
    }

    @Test
    void aRecurrenceThatMakesNoSenseIsRefusedWithWords() {
        for (var wrong : Map.of(
                        "\"cron\": \"0 0 0 1 1 *\"", "name is missing",
                        "\"cron\": \"0 0 0 1 1 *\", \"name\": \"n\", \"after\": \"1h\"",
                                "cron cannot be given together",
                        "\"cron\": \"0 0 0 1 1 *\", \"name\": \"n\", \"zone\": \"Moon\"", "zone is no time zone",
                        "\"cron\": \"often\", \"name\": \"n\"", "Write second, minute, hour",
                        "\"name\": \"n\"", "name is for jobs that recur")
                .entrySet()) {
            var answer = api.post("/v1/jobs", "{\"handler\": \"reports\", " + wrong.getKey() + "}");
            assertThat(answer.status()).as(wrong.getKey()).isIn(400, 422);
            assertThat(answer.json().get("message").asString()).contains(wrong.getValue());
        }
    }

    private long schedule(String when) {
        var answer = api.post(
                "/v1/jobs",
                "{\"handler\":\"reports\",\"payload\":{\"resource\":\"" + resource + "\",\"wish\":\"\"}," + when + "}");
        assertThat(answer.json().get("answer").asString()).isEqualTo("scheduled");
        return answer.json().get("job_id").asLong();
    }

    @Test
    void aUniqueJobIsToldWhichOneItLostToOrHasReplaced() {
        var replaced = unique("indexes");
        assertThat(replaced.json().get("answer").asString()).isEqualTo("scheduled");
        var second = unique("indexes").json();
        assertThat(second.get("answer").asString()).isEqualTo("replaced");
        var third = unique("indexes");
        assertThat(third.header("Location"))
                .endsWith("/v1/jobs/" + third.json().get("id").asLong());
        assertThat(second.get("replaced").asLong())
                .isEqualTo(replaced.json().get("job_id").asLong());

        var holder = unique("exports").json().get("job_id").asLong();
        var raised = unique("exports");
        assertThat(raised.status()).isEqualTo(409);
        assertThat(raised.json().get("duplicate_of").asLong()).isEqualTo(holder);
    }

    private Api.Answer unique(String handler) {
        return api.post(
                "/v1/jobs",
                "{\"handler\":\"" + handler + "\",\"payload\":{\"resource\":\"" + resource
                        + "\",\"wish\":\"\"},\"after\":\"1d\"}");
    }

    @Test
    void aJobOfATransactionIsFoundByTheEntryThatItWas() {
        var entry = site.sql()
                .sql("""
                        INSERT INTO lanekeeper.outbox_entry (context, event_name, arguments)
                        VALUES ('lanekeeper.jobs', 'reports', ?::json)
                        RETURNING entry_id
                        """)
                .param("{\"payload\": {\"resource\": \"" + resource
                        + "\", \"wish\": \"\"}, \"dueAt\": \"2031-01-01T00:00:00Z\"}")
                .query(Long.class)
                .single();

        await().atMost(PATIENCE)
                .until(() -> api.get("/v1/jobs?entry=" + entry).json().size() == 1);
        var job = api.get("/v1/jobs?entry=" + entry).json().get(0).get("id").asLong();
        assertThat(api.post("/v1/jobs/" + job + "/cancel", null).status()).isEqualTo(200);
        assertThat(api.get("/v1/jobs?entry=" + entry)
                        .json()
                        .get(0)
                        .get("item_id")
                        .asLong())
                .isEqualTo(api.get("/v1/jobs/" + job).json().get("item_id").asLong());
        assertThat(api.get("/v1/jobs?entry=999999999999").json()).isEmpty();
        assertThat(api.get("/v1/jobs?entry=it").status()).isEqualTo(400);
        assertThat(api.get("/v1/jobs?entry=").status()).isEqualTo(400);
        assertThat(api.get("/v1/jobs?entry=1&handler=reports").status()).isEqualTo(400);
    }

    @Test
    void whatCannotBeDoneIsSaidWithWhatToDo() {
        assertThat(message(400, "{}")).isEqualTo("handler is missing: the id of a handler of jobs");
        assertThat(message(400, "{\"handler\":\"reports\",\"at\":\"tomorrow\"}"))
                .startsWith("at is no time such as");
        assertThat(message(400, "{\"handler\":\"reports\",\"after\":\"soon\"}")).startsWith("after is no time span");
        assertThat(message(400, "{\"handler\":\"reports\",\"at\":\"2030-01-01T00:00:00Z\",\"after\":\"1h\"}"))
                .startsWith("after cannot be given together with at");
        assertThat(message(400, "{\"handler\":\"reports\",\"priority\":10}"))
                .isEqualTo("priority is not a number from 0 to 9");
        assertThat(message(404, "{\"handler\":\"orders\"}"))
                .contains("no node has ever had a handler of jobs 'orders'")
                .contains("reports");
        assertThat(message(422, "{\"handler\":\"reports\",\"payload\":{\"resource\":{}}}"))
                .contains("its resource cannot be read");
        assertThat(message(422, "{\"handler\":\"reports\",\"payload\":{\"resource\":\"r\"},\"unique_key\":\"k\"}"))
                .contains("annotate the handler with @Unique");
        assertThat(message(400, "[" + String.join("", Collections.nCopies(3, "["))))
                .contains("JSON object");
        assertThat(api.send("POST", "/v1/jobs", "{\"handler\":\"reports\"}", Api.VIEWER)
                        .status())
                .isEqualTo(403);
    }

    private String message(int status, String body) {
        var answer = api.post("/v1/jobs", body);
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(status);
        return answer.json().get("message").asString();
    }

    private String text(String query) {
        return site.sql().sql(query).query(String.class).single();
    }

    private long count(String fromWhere) {
        return site.sql()
                .sql("SELECT count(*) FROM " + fromWhere)
                .query(Long.class)
                .single();
    }
}
