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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An operator sees which jobs are scheduled or recur, and changes them; a viewer sees them. */
class ScheduledTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String LIST = "/scheduled?handler=reminders";

    private final Site site = Site.shared();
    private final Api api = new Api(site);
    private final String resource = anyResource();

    @AfterEach
    void forget() {
        ConsoleApplication.HEALED.add(resource);
        for (var table : List.of("scheduled_job", "recurring_job")) {
            site.sql()
                    .sql(
                            "DELETE FROM lanekeeper." + table
                                    + " WHERE handler_id IN (SELECT handler_id FROM lanekeeper.handler WHERE name IN ('reminders', 'prints', 'reports'))")
                    .update();
        }
    }

    @Test
    void aScheduledJobIsListedAndRunNow() {
        var job = schedule("\"after\":\"3h\",\"priority\":9,\"label\":\"of May\"");
        var page = site.signedIn("ada", Visit.usual().withoutScript());

        page.navigate(site.address(LIST));
        assertThat(row(page, resource)).containsText("in 2 h");
        assertThat(row(page, resource)).containsText("priority 9");
        assertThat(row(page, resource)).containsText("of May");
        assertThat(page.locator("section").last()).containsText("1 job waits for its time");
        button(page, "Run job " + job + " now").click();

        assertThat(page.locator(".notice").first())
                .hasText("Job " + job + " takes its place at the end of its lane now.");
        assertThat(page).hasURL(site.address(LIST));
        await().atMost(PATIENCE).until(() -> ConsoleApplication.CALLS.contains(resource));
        page.navigate(site.address("/scheduled/" + job));
        assertThat(page).hasURL(Pattern.compile("/events/\\d+$"));
    }

    @Test
    void aJobIsRescheduledToATimeThatIsUnderstood() {
        var job = schedule("\"after\":\"3h\"");
        var page = site.signedIn("ada", Visit.usual());

        page.navigate(site.address(LIST));
        page.getByRole(AriaRole.LINK, named(String.valueOf(job))).click();
        reschedule(page, "soon", "");
        assertThat(page.locator(".notice").first()).containsText("Nothing was changed: write a time such as");
        assertThat(page.locator("input[name=when]")).hasValue("soon");
        assertThat(page.locator("input[name=when]")).hasAttribute("aria-invalid", "true");
        page.locator("details.menu[open] input[name=when]").fill("2031-01-01T01:00+01:00");
        page.locator("details.menu[open]").getByLabel("Reason").fill("the auditor is away");
        page.locator("details.menu[open] button").click();

        assertThat(page.locator(".notice").first()).containsText("at 2031-01-01T00:00:00.000Z.");
        assertThat(fact(page, "Due")).containsText("2031-01-01T00:00:00.000Z");
        assertThat(page.locator("table")).containsText("the auditor is away");
        assertThat(api.get("/v1/jobs/" + job).json().get("due_at").asString()).isEqualTo("2031-01-01T00:00:00Z");
    }

    @Test
    void aJobIsCancelledAndWhoCameTooLateIsToldSo() {
        var job = schedule("\"after\":\"3h\"");
        var page = site.signedIn("ada", Visit.usual());
        var late = site.signedIn("ada", Visit.usual());
        late.navigate(site.address("/scheduled/" + job));

        page.navigate(site.address("/scheduled/" + job));
        act(page, "Cancel", "obsolete");
        assertThat(page.locator(".notice").first()).hasText("Job " + job + " is cancelled and never runs.");
        assertThat(page).hasURL(Pattern.compile("/events/\\d+$"));
        assertThat(page.locator(".head .badge")).hasText("discarded");
        assertThat(page.locator("main")).containsText("obsolete");

        act(late, "Run now", "");
        assertThat(late.locator(".notice").first())
                .containsText("Nothing was changed: job " + job + " is scheduled no more");
        assertThat(ConsoleApplication.CALLS).doesNotContain(resource);
    }

    @Test
    void aRecurringJobIsPausedResumedAndEndedWithAReasonThatIsKept() {
        var id = recur("reminders", "0 0 0 29 2 *", "\"zone\":\"Europe/Berlin\",\"priority\":3");
        var name = nameOf(id);
        var page = site.signedIn("ada", Visit.usual().withoutScript());
        var late = site.signedIn("ada", Visit.usual().withoutScript());
        late.navigate(site.address(LIST));

        page.navigate(site.address(LIST));
        assertThat(row(page, name)).containsText("0 0 0 29 2 *");
        assertThat(row(page, name)).containsText("Europe/Berlin");
        assertThat(row(page, name)).containsText("priority 3");
        page.getByRole(AriaRole.LINK, named(name)).click();
        act(page, "Pause", "the shop is closed");
        assertThat(page.locator(".notice").first()).containsText("“" + name + "” is paused");
        assertThat(fact(page, "Paused since")).hasCount(1);
        assertThat(page.locator("table")).containsText("the shop is closed");

        button(late, "Run " + name + " now").click();
        assertThat(late.locator(".notice").first()).containsText("is paused. Resume it first.");
        assertThat(row(late, name)).containsText("paused since");
        button(late, "Resume " + name).click();
        assertThat(late.locator(".notice").first()).containsText("“" + name + "” recurs again");
        assertThat(late).hasURL(site.address(LIST));
        act(page, "Resume", "");
        assertThat(page.locator(".notice").first()).hasText("Nothing was changed: “" + name + "” is not paused.");

        act(page, "End", "the shop is gone");
        assertThat(page.locator(".notice").first()).containsText("“" + name + "” recurs no more");
        assertThat(page).hasURL(site.address("/scheduled"));
        assertThat(api.get("/v1/recurring-jobs/" + id).status()).isEqualTo(404);
        button(late, "Pause " + name).click();
        assertThat(late.locator(".notice").first())
                .hasText("Nothing was changed: it recurs no more; somebody has ended it.");
        assertThat(page.navigate(site.address("/scheduled/recurring/" + id)).status())
                .isEqualTo(404);
    }

    @Test
    void aRecurringJobIsRunNowUnlessItsLastJobIsUnfinished() {
        var id = recur("prints", "0 0 0 29 2 *", "");
        var name = nameOf(id);
        var page = site.signedIn("ada", Visit.usual());

        page.navigate(site.address("/scheduled/recurring/" + id));
        act(page, "Run now", "the printer was away");
        assertThat(page.locator(".notice").first())
                .hasText("A job of “" + name + "” is stored now; its next time stays.");
        var item = await().atMost(PATIENCE)
                .until(
                        () -> api.get("/v1/recurring-jobs/" + id)
                                .json()
                                .path("last_item_id")
                                .asLong(0),
                        last -> last > 0);
        act(page, "Run now", "");
        assertThat(page.locator(".notice").first()).containsText("is not finished yet");

        page.navigate(site.address("/scheduled?handler=prints"));
        row(page, name)
                .getByRole(AriaRole.LINK, new Locator.GetByRoleOptions().setName(String.valueOf(item)))
                .click();
        assertThat(page).hasURL(site.address("/events/" + item));
    }

    @Test
    void aJobThatItsHandlerDeclaresIsNotEnded() {
        var page = site.signedIn("ada", Visit.usual());

        page.navigate(site.address("/scheduled?handler=sweeps"));
        assertThat(row(page, "sweeps")).containsText("declared by its handler");
        page.getByRole(AriaRole.LINK, named("sweeps")).click();
        assertThat(page.locator("summary").getByText("End")).hasCount(0);
        page.locator("form[action$='/pause']").evaluate("form => form.action = form.action.replace('/pause', '/end')");
        act(page, "Pause", "");

        assertThat(page.locator(".notice").first()).containsText("declares that it recurs");
        assertThat(page.locator("h1")).hasText("sweeps");
    }

    @Test
    void aViewerSeesEverythingAndIsOfferedNothing() {
        var job = schedule("\"after\":\"3h\"");
        var recurring = recur("reminders", "0 0 0 29 2 *", "");
        var page = site.signedIn("vera", Visit.usual());

        page.navigate(site.address(LIST));
        assertThat(row(page, resource).first()).isVisible();
        assertThat(row(page, nameOf(recurring))).isVisible();
        for (var path : List.of(LIST, "/scheduled/" + job, "/scheduled/recurring/" + recurring)) {
            page.navigate(site.address(path));
            assertThat(page.locator("main form[method=post]")).hasCount(0);
            assertThat(page.locator("main summary")).hasCount(0);
        }
    }

    @Test
    void eachListTurnsItsOwnPages() {
        for (var n = 0; n < 51; n++) {
            schedule("\"after\":\"" + (9_000 + n) + "d\"");
        }
        for (var n = 0; n < 21; n++) {
            recur("reminders", "0 0 0 29 2 *", "");
        }
        enqueue("reports", "\"after\":\"9000d\"");
        var page = site.signedIn("vera", Visit.usual().withoutScript());

        page.navigate(site.address(LIST));
        assertThat(page.locator("section").last()).containsText("51 jobs wait for their time");
        var recurring = section(page, "recurring");
        var scheduled = section(page, "scheduled");
        var first = links(recurring);
        assertThat(first).hasSize(20);
        var jobs = new HashSet<>(links(scheduled));
        assertThat(jobs).hasSize(50);
        recurring.getByText("Later →").click();
        assertThat(links(recurring)).hasSize(1).doesNotContainAnyElementsOf(first);
        assertThat(links(scheduled)).hasSize(50);
        scheduled.getByText("Later →").click();
        jobs.addAll(links(scheduled));
        assertThat(jobs).hasSize(51);
        assertThat(links(recurring)).hasSize(1);
        assertThat(page.locator("select[name=handler]")).hasValue("reminders");
        recurring.getByText("← First").click();
        assertThat(links(recurring)).isEqualTo(first);
        assertThat(links(scheduled)).hasSize(1);
        recurring.getByText("Later →").click();
        assertThat(links(scheduled)).hasSize(1);
    }

    @Test
    void whoseHandlerHasNoneIsToldHowToMakeThem() {
        var page = site.signedIn("vera", Visit.usual());

        page.navigate(site.address("/handlers/payments"));
        page.locator("main")
                .getByRole(AriaRole.LINK, new Locator.GetByRoleOptions().setName("Scheduled"))
                .click();

        assertThat(page).hasURL(site.address("/scheduled?handler=payments"));
        assertThat(section(page, "recurring")).containsText("No job of payments recurs");
        assertThat(section(page, "recurring")).containsText("JobOptions.recurring(name, cron)");
        assertThat(section(page, "scheduled")).containsText("No job of payments waits for its time");
        assertThat(section(page, "scheduled")).containsText("JobOptions.after(delay)");
        page.getByRole(AriaRole.LINK, named("Clear")).click();
        assertThat(page).hasURL(site.address("/scheduled"));
        assertThat(row(page, "sweeps")).isVisible();
    }

    private long schedule(String options) {
        return enqueue("reminders", options).get("job_id").asLong();
    }

    /** Under a name of its own. */
    private long recur(String handler, String cron, String options) {
        var more = options.isEmpty() ? "" : "," + options;
        return enqueue(handler, "\"cron\":\"" + cron + "\",\"name\":\"" + anyResource() + "\"" + more)
                .get("recurring_id")
                .asLong();
    }

    private tools.jackson.databind.JsonNode enqueue(String handler, String options) {
        var answer = api.post(
                "/v1/jobs",
                "{\"handler\":\"" + handler + "\",\"payload\":{\"resource\":\"" + resource + "\",\"wish\":\"" + resource
                        + "\"}," + options + "}");
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(201);
        return answer.json();
    }

    private String nameOf(long recurring) {
        return api.get("/v1/recurring-jobs/" + recurring).json().get("name").asString();
    }

    private static Locator section(Page page, String id) {
        return page.locator("section[aria-labelledby=" + id + "]");
    }

    private static List<String> links(Locator section) {
        return new ArrayList<>(section.locator("tbody th a").allInnerTexts());
    }

    private static Locator row(Page page, String text) {
        return page.locator("tbody tr", new Page.LocatorOptions().setHasText(text));
    }

    private static Locator fact(Page page, String name) {
        return page.locator("dl.facts > div").filter(new Locator.FilterOptions().setHasText(name));
    }

    private static void act(Page page, String verb, String reason) {
        open(page, verb).getByLabel("Reason").fill(reason);
        page.locator("details.menu[open] button").click();
    }

    private static void reschedule(Page page, String when, String reason) {
        open(page, "Reschedule").locator("input[name=when]").fill(when);
        page.locator("details.menu[open]").getByLabel("Reason").fill(reason);
        page.locator("details.menu[open] button").click();
    }

    private static Locator open(Page page, String verb) {
        page.locator("summary")
                .getByText(verb, new Locator.GetByTextOptions().setExact(true))
                .click();
        return page.locator("details.menu[open]");
    }

    private static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private static Page.GetByRoleOptions named(String name) {
        return new Page.GetByRoleOptions().setName(name).setExact(true);
    }
}
