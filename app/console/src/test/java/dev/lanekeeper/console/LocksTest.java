package dev.lanekeeper.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.lanekeeper.console.Api.anyResource;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.lanekeeper.console.Site.Visit;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An operator sees who has which lock, and takes one away. */
class LocksTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @RegisterExtension
    private final Site site = Site.shared();

    private final Api api = new Api(site);
    private final String printer = anyResource();

    @AfterEach
    void letTheJobsGo() {
        site.sql()
                .sql("DELETE FROM lanekeeper.lane WHERE lane_id = md5(?)::uuid")
                .param("elsewhere:" + printer)
                .update();
        ConsoleApplication.HEALED.add(printer);
    }

    @Test
    void aLockOfARunIsShownWithWhoHasItAndWhoWaitsAndIsTakenAwayForTheNextOne() {
        var holder = print("first");
        await().atMost(PATIENCE).until(() -> lock().get("holder_id").asLong() == holder);
        var next = print("second");
        await().atMost(PATIENCE).until(() -> lock().get("waiters").asLong() == 1);
        var page = site.signedIn("ada", Visit.usual());

        page.navigate(site.address("/locks?pattern=printer:" + printer));
        page.getByRole(AriaRole.LINK, named("printer:" + printer)).click();
        assertThat(page.locator("h1")).hasText("printer:" + printer);
        assertThat(page.locator("dl.facts")).containsText("event " + holder);
        assertThat(fact(page, "Waiters")).containsText("1");
        release(page, "the printer burns");

        assertThat(page.locator(".notice").first()).hasText("The lock is released.");
        await().atMost(PATIENCE).until(() -> lock().get("holder_id").asLong() == next);
        page.navigate(site.address("/locks?pattern=" + printer));
        assertThat(page.locator(".empty")).containsText("No lock matches");
        page.navigate(site.address("/locks?pattern=*" + printer));
        page.getByRole(AriaRole.LINK, named("printer:" + printer)).click();
        assertThat(page.getByRole(AriaRole.ROW).last()).containsText("released");
        assertThat(page.getByRole(AriaRole.ROW).last()).containsText("ada the printer burns");
    }

    @Test
    void aLockOfAUniqueJobIsTakenAwaySoThatAnotherOneMayBeStored() {
        var export = "{\"handler\":\"exports\",\"payload\":{\"resource\":\"" + printer
                + "\",\"wish\":\"\"},\"after\":\"3h\"}";
        var job = api.post("/v1/jobs", export).json().get("job_id").asLong();
        assertThat(api.post("/v1/jobs", export).status()).isEqualTo(409);
        var page = site.signedIn("ada", Visit.usual().withoutScript());

        page.navigate(site.address("/locks?pattern=*" + printer + "*"));
        page.locator("tbody a").first().click();
        assertThat(page.locator("dl.facts")).containsText("scheduled job " + job);
        assertThat(page.locator("dl.facts a"))
                .hasAttribute("href", java.util.regex.Pattern.compile("/scheduled/" + job + "$"));
        release(page, "");

        assertThat(page.locator(".notice").first()).hasText("The lock is released.");
        assertThat(api.post("/v1/jobs", export).status()).isEqualTo(201);
    }

    @Test
    void theEventThatLostToAScheduledJobLeadsToTheEventWhichThatOneHasBecome() {
        var replaced = index("3h");
        var winner = index("2h");
        var loser = itemOf(replaced);
        var page = site.signedIn("ada", Visit.usual().withoutScript());

        page.navigate(site.address("/events/" + loser));
        assertThat(fact(page, "Lost to")).containsText("scheduled job " + winner);
        fact(page, "Lost to").getByRole(AriaRole.LINK).click();
        assertThat(page.locator("h1")).hasText("Job " + winner);

        api.post("/v1/jobs/" + winner + "/run-now", "{\"reason\":\"now\"}");
        await().atMost(PATIENCE)
                .until(() -> api.get("/v1/jobs/" + winner).json().has("item_id"));
        page.navigate(site.address("/events/" + loser));
        fact(page, "Lost to").getByRole(AriaRole.LINK).click();
        assertThat(page.locator("h1")).containsText(String.valueOf(itemOf(winner)));
    }

    private long index(String after) {
        var job = "{\"handler\":\"indexes\",\"payload\":{\"resource\":\"" + printer + "\",\"wish\":\"\"},\"after\":\""
                + after + "\"}";
        var answer = api.post("/v1/jobs", job).json();
        return answer.path("job_id").asLong(answer.path("id").asLong());
    }

    private long itemOf(long job) {
        return api.get("/v1/jobs/" + job).json().get("item_id").asLong();
    }

    @Test
    void theHistoryOfAKeyIsThereWhenItsHolderHasItNoMore() {
        var holder = print("first");
        await().atMost(PATIENCE).until(() -> lock().path("holder_id").asLong() == holder);
        var address = "/locks/run/" + lock().get("digest").asString() + "/"
                + lock().get("number").asLong();
        var other = "/locks/run/00000000-0000-0000-0000-000000000000/1";
        var released = api.post("/v1/locks/release?reason=it+burns&pattern=printer:" + printer, "{}");
        assertThat(released.json().path("released").asInt())
                .as(released.json().toString())
                .isEqualTo(1);
        ConsoleApplication.HEALED.add(printer);
        await().atMost(PATIENCE)
                .until(() -> api.get("/v1/events/" + holder)
                        .json()
                        .path("state")
                        .asString()
                        .equals("DONE"));

        var json = api.get("/v1" + address).json();
        assertThat(json.get("held").asBoolean(true)).isFalse();
        assertThat(json.get("holders")).isEmpty();
        assertThat(json.at("/history/0/reason").asString()).isEqualTo("it burns");
        assertThat(api.get("/v1" + other).status()).isEqualTo(404);
        var page = site.signedIn("ada", Visit.usual());
        page.navigate(site.address(address));
        assertThat(page.locator("h1")).hasText("printer:" + printer);
        assertThat(page.locator("header.head")).containsText("Nobody has this lock now");
        assertThat(page.getByRole(AriaRole.ROW).last()).containsText("it burns");
    }

    @Test
    void allThatMatchAreReleasedAtOnceInTheBrowserAndAsManyAsItSaid() {
        var holder = print("first");
        await().atMost(PATIENCE).until(() -> lock().path("holder_id").asLong() == holder);
        var next = print("second");
        await().atMost(PATIENCE).until(() -> lock().path("waiters").asLong() == 1);
        var page = site.signedIn("ada", Visit.usual());

        page.navigate(site.address("/locks?pattern=*" + printer));
        page.locator("details.menu summary").getByText("Release all that match").click();
        assertThat(page.locator("details.menu[open]")).containsText("1 lock is taken away");
        page.locator("details.menu[open]").getByLabel("Reason").fill("all of them");
        page.locator("details.menu[open]").getByRole(AriaRole.BUTTON).last().click();

        assertThat(page.locator(".notice").first()).hasText("One lock is released.");
        await().atMost(PATIENCE).until(() -> lock().path("holder_id").asLong() == next);
    }

    @Test
    void aLockThatAnotherApplicationHasIsShownAndNotReleasedHere() {
        var name = "elsewhere:" + printer;
        waitsElsewhere(name);
        var json = api.get("/v1/locks/elsewhere?pattern=elsewhere:" + printer).json();
        assertThat(json.at("/0/key").asString()).isEqualTo(name);
        assertThat(json.at("/0/waiters").asInt()).isOne();
        assertThat(json.at("/0/owner").isNull()).as("nobody is asked here").isTrue();
        var digest = json.at("/0/digest").asString();

        var refused = api.post("/v1/locks/run/" + digest + "/1/release", "{}");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.json().path("message").asString()).contains("it is released there");
        var all =
                api.post("/v1/locks/release?pattern=elsewhere:" + printer, "{}").json();
        assertThat(all.path("released").asInt()).isZero();
        assertThat(all.path("elsewhere").asInt()).isOne();
        var page = site.signedIn("ada", Visit.usual());
        page.navigate(site.address("/locks?pattern=elsewhere:" + printer));
        var row = page.locator("#elsewhere tbody tr");
        assertThat(row).hasCount(1);
        assertThat(row).containsText(name);
        assertThat(row).containsText("another application");
        site.sql().sql("DELETE FROM lanekeeper.lane_item WHERE item_id < 0").update();
        page.navigate(site.address("/locks?pattern=elsewhere:" + printer));
        assertThat(page.locator("#elsewhere")).hasCount(0);
    }

    /** As an item that is not due for an hour. */
    private void waitsElsewhere(String name) {
        site.sql().sql("""
                        WITH lane AS (
                             INSERT INTO lanekeeper.lane (lane_id, due_at, epoch, handler_id, waiting)
                             VALUES (md5(?)::uuid, now() + interval '1 hour', 1, 1, 1)),
                        item AS (
                             INSERT INTO lanekeeper.lane_item (lane_id, item_id, due_at, handler_id, bytes)
                             VALUES (md5(?)::uuid, -1, now() + interval '1 hour', 1, 1))
                        INSERT INTO lanekeeper.lock_waiter (
                               item_id, digest, ticket, name, handler_id, since, due_before, elsewhere)
                        VALUES (-1, md5(?)::uuid, 1, ?, 1, now(), now(), 1)
                        """).param(name).param(name).param(name).param(name).update();
    }

    @Test
    void whoLostALockAndWhoHadItTellOfEachOther() {
        var loser = print("loser");
        var winner = print("winner");
        site.sql()
                .sql("UPDATE lanekeeper.work_item SET lost_to = ? WHERE item_id = ?")
                .param(winner)
                .param(loser)
                .update();

        assertThat(api.get("/v1/events/" + loser).json().get("lost_to").asLong())
                .isEqualTo(winner);
        assertThat(api.get("/v1/events/" + winner).json().at("/losers/0").asLong())
                .isEqualTo(loser);
        assertThat(api.get("/v1/events/" + winner).json().get("conflicts")).isEmpty();
        var page = site.signedIn("ada", Visit.usual());
        page.navigate(site.address("/events/" + winner));
        assertThat(fact(page, "Lost to it")).containsText("event " + loser);
    }

    private long print(String wish) {
        return api.post(
                        "/v1/jobs",
                        "{\"handler\":\"prints\",\"payload\":{\"resource\":\"" + printer + "\",\"wish\":\"" + printer
                                + wish + "\"}}")
                .json()
                .get("item_id")
                .asLong();
    }

    private tools.jackson.databind.JsonNode lock() {
        return api.get("/v1/locks?pattern=printer:" + printer).json().path(0);
    }

    private static Locator fact(Page page, String name) {
        return page.locator("dl.facts > div").filter(new Locator.FilterOptions().setHasText(name));
    }

    private static void release(Page page, String reason) {
        page.locator("details.menu summary").getByText("Release").click();
        var open = page.locator("details.menu[open]");
        open.getByLabel("Reason").fill(reason);
        open.getByRole(AriaRole.BUTTON).last().click();
    }

    private static Page.GetByRoleOptions named(String name) {
        return new Page.GetByRoleOptions().setName(name).setExact(true);
    }
}
