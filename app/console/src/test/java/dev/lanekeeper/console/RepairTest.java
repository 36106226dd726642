package dev.lanekeeper.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.lanekeeper.console.Api.anyResource;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.lanekeeper.console.Site.Visit;
import dev.lanekeeper.work.LaneIds;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An operator finds what failed in a browser, and repairs it. */
class RepairTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @RegisterExtension
    private final Site site = Site.shared();

    private final Api api = new Api(site);

    static Stream<Visit> withAndWithoutScript() {
        return Stream.of(Visit.usual(), Visit.usual().withoutScript());
    }

    @ParameterizedTest
    @MethodSource("withAndWithoutScript")
    void findsAFailureByItsKindAndRetriesItWithAReason(Visit visit) {
        var resource = anyResource();
        var id = api.failure("fail", resource);
        ConsoleApplication.HEALED.add(resource);
        var page = site.signedIn("ada", visit);

        page.navigate(site.address("/failures/groups"));
        page.getByText("java.lang.IllegalStateException at").first().click();
        page.getByLabel("Resource", exact()).fill(resource);
        button(page, "Filter").click();
        page.getByRole(AriaRole.LINK, link(Long.toString(id))).click();
        assertThat(page.locator("h1")).containsText("Event " + id);
        assertThat(page.locator(".attempt pre").first()).containsText("ConsoleApplication");
        act(page, "Retry", "the cause is gone");

        assertThat(page.locator(".notice").first()).containsText("was retried and runs next");
        await().atMost(PATIENCE).until(() -> state(id).equals("DONE"));
        page.reload();
        assertThat(page.locator(".head .badge")).hasText("done");
        assertThat(page.locator("#acts + .table")).containsText("the cause is gone");
    }

    @ParameterizedTest
    @MethodSource("withAndWithoutScript")
    void twoBrowsersRetryTheSameFailuresAndEachRunsOnce(Visit visit) {
        var first = anyResource();
        var second = anyResource();
        var ids = new long[] {api.failure("fail", first), api.failure("fail", second)};
        var calls = calls(first) + calls(second);
        ConsoleApplication.HEALED.add(first);
        ConsoleApplication.HEALED.add(second);
        var one = site.signedIn("ada", visit);
        var other = site.signedIn("ada", visit);
        for (var page : new Page[] {one, other}) {
            page.navigate(site.address("/failures"));
            for (var id : ids) {
                page.getByLabel("Tick event " + id, new Page.GetByLabelOptions().setExact(true))
                        .check();
            }
        }

        button(one, "Retry ticked").click();
        button(other, "Retry ticked").click();

        assertThat(one.locator(".notice").first()).hasText("2 retried.");
        assertThat(other.locator(".notice").first()).containsText("0 retried, ");
        await().atMost(PATIENCE)
                .until(() -> state(ids[0]).equals("DONE") && state(ids[1]).equals("DONE"));
        org.assertj.core.api.Assertions.assertThat(calls(first) + calls(second)).isEqualTo(calls + 2);
    }

    @ParameterizedTest
    @MethodSource("withAndWithoutScript")
    void retriesAllThatMatchAndShowsTheResult(Visit visit) {
        var resource = anyResource();
        api.failure("fail", resource);
        ConsoleApplication.HEALED.add(resource);
        var page = site.signedIn("ada", visit);

        page.navigate(site.address("/failures?resource=" + resource));
        page.getByText("All 1 that match").click();
        page.locator(".menu.all").getByLabel("Reason").fill("fixed");
        button(page, "Retry all").click();

        assertThat(page.locator("h1")).containsText("Retry of");
        await().atMost(PATIENCE).until(() -> {
            page.reload();
            return page.locator("#live").textContent().contains("1 retried");
        });
        assertThat(page.locator(".facts")).containsText("resource " + resource);
        assertThat(page.locator(".facts")).containsText("fixed");
    }

    @Test
    void discardsWhatParkedALaneSoThatItGoesOn() {
        var resource = anyResource();
        var id = api.event("payments", "fail", resource, "FAILED");
        site.produce("payments", resource, "{\"resource\":\"" + resource + "\",\"wish\":\"\"}");
        var page = site.signedIn("ada", Visit.usual().withoutScript());
        await().atMost(PATIENCE).until(() -> {
            page.navigate(site.address("/lanes?list=parked"));
            return page.getByRole(AriaRole.ROW)
                    .filter(new Locator.FilterOptions().setHasText(resource))
                    .locator("td.num")
                    .textContent()
                    .equals("1");
        });

        page.getByRole(AriaRole.LINK, link(resource)).click();
        act(page, "Discard event " + id, "never delivered");

        assertThat(page.locator(".notice").first()).hasText("Event " + id + " was discarded.");
        await().atMost(PATIENCE)
                .until(() -> api.get("/v1/lanes?resource=" + resource).json().isEmpty());
        page.navigate(site.address("/events/" + id));
        assertThat(page.locator(".head .badge")).hasText("discarded");
        assertThat(page.locator("main")).containsText("ada: never delivered");
    }

    @Test
    void parksALaneByHandUnparksItAndDoesNotLetItsHeadWait() {
        var resource = anyResource();
        var lane = blocked(resource);
        var page = site.signedIn("ada", Visit.usual());

        page.navigate(site.address("/lanes"));
        page.getByRole(AriaRole.LINK, link(resource)).click();
        assertThat(page.locator(".facts")).containsText("has failed once and waits for the next attempt");
        act(page, "Park", "wait for the supplier");
        assertThat(page.locator(".facts")).containsText("parked by ada: wait for the supplier");
        act(page, "Unpark", "");
        assertThat(page.locator(".notice").first()).hasText("The lane goes on.");
        act(page, "Retry head", "");
        assertThat(page.locator(".notice").first()).containsText("was retried and runs next");

        await().atMost(PATIENCE).until(() -> api.get("/v1/lanes/" + lane).status() == 404 && calls(resource) == 1);
    }

    /** A lane whose only item waits an hour for its second attempt. */
    private UUID blocked(String resource) {
        var lane = LaneIds.of("orders", resource);
        site.sql().sql("""
                        WITH lane AS (
                             INSERT INTO lanekeeper.lane (lane_id, due_at, handler_id, waiting)
                             SELECT :lane, now() + interval '1 hour', handler_id, 1
                               FROM lanekeeper.handler
                              WHERE name = 'orders'
                             RETURNING handler_id),
                        stored AS (
                             INSERT INTO lanekeeper.work_item (handler_id, source, lane_id, topic, partition, kafka_offset,
                                    produced_at, polled_at, stored_at, resource, payload)
                             SELECT handler_id, 1, :lane, 'orders', 0, 0, now(), now(), now(), :resource,
                                    convert_to('{"resource":"' || :resource || '","wish":""}', 'UTF8')
                               FROM lane
                             RETURNING item_id, handler_id)
                        INSERT INTO lanekeeper.lane_item (lane_id, item_id, due_at, handler_id, bytes, attempts)
                        SELECT :lane, item_id, now() + interval '1 hour', handler_id, 1, 1
                          FROM stored
                        """).param("lane", lane).param("resource", resource).update();
        account(0);
        return lane;
    }

    /** What a test has written by itself is in the tallies too, or the overview of the same site would call it a fault. */
    private void account(int done) {
        site.sql().sql("""
                        INSERT INTO lanekeeper.tally AS t (minute, node_id, slot, handler_id, stored, repeated, done)
                        SELECT date_trunc('minute', now()), -1, 0, handler_id, 1, 1, :done
                          FROM lanekeeper.handler
                         WHERE name = 'orders'
                            ON CONFLICT (minute, node_id, slot, handler_id) DO UPDATE
                           SET stored = t.stored + 1,
                               repeated = t.repeated + 1,
                               done = t.done + excluded.done
                        """).param("done", done).update();
    }

    @Test
    void showsWhateverWasSentAsTextAndNothingElse() {
        var script = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">";
        var resource = anyResource() + "\"'><b>&\u202Egnp.exe";
        site.produce(
                "orders",
                "k",
                "{\"resource\":" + quoted(resource) + ",\"wish\":" + quoted("fail" + script + "\u0000${7*7}") + "}");
        await().atMost(PATIENCE).until(() -> id(resource) != 0);
        var id = id(resource);
        var page = site.signedIn("ada", Visit.usual());

        for (var path : new String[] {"/events", "/events/" + id, "/failures", "/failures/groups"}) {
            page.navigate(site.address(path));
            assertThat(page).not().hasTitle("taken");
            org.assertj.core.api.Assertions.assertThat(
                            page.locator("main b img, main script, main img").count())
                    .as(path)
                    .isZero();
        }
        page.navigate(site.address("/events/" + id));
        assertThat(page.locator(".code").first()).containsText("<script>");
        assertThat(page.locator("dl.facts >> nth=1")).containsText("\\u202egnp.exe");
        var download = page.waitForDownload(() -> page.getByText("Download").click());
        org.assertj.core.api.Assertions.assertThat(download.suggestedFilename()).isEqualTo("event-" + id + ".bin");
    }

    @Test
    void showsBytesThatAreNoTextInHexadecimal() {
        var id = site.sql().sql("""
                        WITH stored AS (
                             INSERT INTO lanekeeper.work_item (handler_id, source, lane_id, topic, partition, kafka_offset,
                                    polled_at, stored_at, payload)
                             SELECT handler_id, 1, gen_random_uuid(), 'orders', 0, 0, now(), now(), '\\xfffe0041'
                               FROM lanekeeper.handler
                              WHERE name = 'orders'
                             RETURNING item_id, handler_id)
                        INSERT INTO lanekeeper.outcome (item_id, handler_id, state, attempts, finished_at)
                        SELECT item_id, handler_id, 1, 1, now()
                          FROM stored
                        RETURNING item_id
                        """).query(Long.class).single();
        account(1);
        var page = site.signedIn("vera", Visit.usual());

        page.navigate(site.address("/events/" + id));

        assertThat(page.locator(".code").first()).containsText("ff fe 00 41");
        org.assertj.core.api.Assertions.assertThat(
                        api.get("/v1/events/" + id).json().get("payload").asString())
                .isEqualTo("//4AQQ==");
    }

    private long id(String resource) {
        return site.sql().sql("""
                        SELECT coalesce(max(w.item_id), 0)
                          FROM lanekeeper.work_item AS w
                          JOIN lanekeeper.outcome AS o ON o.item_id = w.item_id
                         WHERE w.resource = ? AND o.state = 2
                        """).param(resource).query(Long.class).single();
    }

    private static String quoted(String text) {
        return tools.jackson.databind.json.JsonMapper.shared().writeValueAsString(text);
    }

    private static void act(Page page, String verb, String reason) {
        var menu = page.locator("details.menu")
                .filter(new Locator.FilterOptions()
                        .setHas(page.locator("summary", new Page.LocatorOptions().setHasText(verb))));
        menu.locator("summary")
                .getByText(verb, new Locator.GetByTextOptions().setExact(true))
                .click();
        var open = page.locator("details.menu[open]");
        open.getByLabel("Reason").fill(reason);
        open.getByRole(AriaRole.BUTTON).last().click();
    }

    private static Page.GetByLabelOptions exact() {
        return new Page.GetByLabelOptions().setExact(true);
    }

    private static Page.GetByRoleOptions link(String name) {
        return new Page.GetByRoleOptions().setName(name).setExact(true);
    }

    private static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private String state(long id) {
        return api.get("/v1/events/" + id).json().get("state").asString();
    }

    private static long calls(String resource) {
        return ConsoleApplication.CALLS.stream().filter(resource::equals).count();
    }
}
