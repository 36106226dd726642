package dev.lanekeeper.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.lanekeeper.console.Site.Visit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PagesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String HOSTILE =
            "\\\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}${7*7}\\u202e\\ud83d\\ude80";
    private static final List<String> PATHS = new ArrayList<>(List.of(
            "",
            "/handlers",
            "/handlers/payments",
            "/latency",
            "/latency/orders",
            "/latency/orders?period=day",
            "/jobrunr",
            "/outbox",
            "/scheduled",
            "/scheduled?handler=payments",
            "/housekeeping",
            "/events",
            "/failures",
            "/failures/groups",
            "/bulk-operations",
            "/lanes",
            "/lanes?list=parked",
            "/lanes?list=longest",
            "/locks",
            "/locks?pattern=a*"));

    @RegisterExtension
    private static final Site site = Site.shared();

    static List<Visit> visits() {
        var usual = Visit.usual();
        return List.of(usual, usual.dark(), usual.narrow());
    }

    /** One event that is done, and one whose lane is parked, with a name that tries to break out of every page. */
    @BeforeAll
    static void letSomethingHappen() {
        site.produce("orders", "1", "{\"resource\":\"customer-1\",\"wish\":\"ok\"}");
        site.produce("payments", "2", "{\"resource\":\"" + HOSTILE + "\",\"wish\":\"fail " + HOSTILE + "\"}");
        await().atMost(PATIENCE)
                .until(() -> site.sql().sql("""
                                        SELECT count(DISTINCT h.name)
                                          FROM lanekeeper.outcome AS o
                                          JOIN lanekeeper.handler AS h ON h.handler_id = o.handler_id
                                         WHERE h.name IN ('orders', 'payments')
                                        """).query(Long.class).single() == 2);
        var api = new Api(site);
        var failure = api.get("/v1/failures?handler=payments").json().get(0);
        PATHS.add("/events/" + failure.get("id").asLong());
        PATHS.add("/lanes/" + failure.get("lane_id").asString());
        var job =
                "{\"handler\":\"reminders\",\"payload\":{\"resource\":\"r\",\"wish\":\"\"},\"priority\":9,\"label\":\""
                        + HOSTILE + "\",\"resource\":\"" + HOSTILE + "\",";
        PATHS.add("/scheduled/"
                + api.post("/v1/jobs", job + "\"after\":\"9d\"}")
                        .json()
                        .get("job_id")
                        .asLong());
        PATHS.add("/scheduled/recurring/"
                + api.post("/v1/jobs", job + "\"cron\":\"0 0 0 29 2 *\",\"name\":\"" + HOSTILE + "\"}")
                        .json()
                        .get("recurring_id")
                        .asLong());
        PATHS.add("/bulk-operations/"
                + api.post("/v1/bulk-operations", "{\"verb\":\"retry\",\"filter\":{\"handler\":\"nobody\"}}")
                        .json()
                        .get("id")
                        .asLong());
    }

    @ParameterizedTest
    @MethodSource("visits")
    void areReadableForEverybodyAndKeepToThePolicy(Visit visit) {
        var page = site.signedIn("ada", visit);
        var complaints = Checks.complaints(page);

        for (var path : PATHS) {
            var response = page.navigate(site.address(path));
            assertThat(response.status()).as(path).isEqualTo(200);
            assertThat(page.locator("h1")).hasCount(1);
            Checks.doesNotScrollSideways(page);
            page.evaluate("document.querySelectorAll('details.menu').forEach(menu => menu.open = true)");
            Checks.doesNotScrollSideways(page);
            if (visit.equals(Visit.usual())) {
                Checks.findsNothingGrave(page);
            } else if (visit.equals(Visit.usual().dark())) {
                Checks.hasReadableColours(page);
            }
        }
        assertThat(complaints).isEmpty();
        assertThat(page.locator("main script, img")).hasCount(0);
    }

    @Test
    void tellWhatHappenedAndWhoIsToLook() {
        var page = site.signedIn("vera", Visit.usual().withoutScript());
        var parked = parkedLanesOf("payments");

        assertThat(row(page, "orders")).containsText("running");
        assertThat(row(page, "payments")).containsText(parked + " parked");
        assertThat(page.locator(".alerts"))
                .containsText((parked == 1 ? "1 lane of payments is" : parked + " lanes of payments are")
                        + " parked until somebody looks");
        await().atMost(PATIENCE).untilAsserted(() -> {
            page.reload();
            assertThat(page.getByText("balanced", new Page.GetByTextOptions().setExact(true)))
                    .isVisible();
        });
        assertThat(page.locator("section", new Page.LocatorOptions().setHasText("Conservation"))
                        .last())
                .containsText("payments");
    }

    /** That of these tests, and those that others have left. */
    private static long parkedLanesOf(String handler) {
        return site.sql()
                .sql("SELECT count(*) FROM lanekeeper.lane JOIN lanekeeper.handler USING (handler_id)"
                        + " WHERE name = ? AND parked_at IS NOT NULL")
                .param(handler)
                .query(Long.class)
                .single();
    }

    private static com.microsoft.playwright.Locator row(Page page, String handler) {
        return page.locator("tr", new Page.LocatorOptions().setHasText(handler)).first();
    }

    @Test
    void showLatenciesOfEveryStage() {
        var page = site.signedIn("vera", Visit.usual());

        await().atMost(PATIENCE).untilAsserted(() -> {
            page.navigate(site.address("/latency/orders"));
            assertThat(page.locator("tbody tr").allInnerTexts())
                    .hasSize(5)
                    .anySatisfy(text -> assertThat(text).contains("stored to started"));
        });
        assertThat(page.locator("svg.chart")).hasCount(5);
        page.getByText("Last 24 hours").click();
        assertThat(page.getByText("Over 24 hours")).isVisible();
        assertThat(page.locator("svg.chart path, svg.chart circle").first()).isAttached();
    }

    @Test
    void refreshThemselvesUntilTheyAreToldNotTo() {
        var page = site.signedIn("vera", Visit.usual());
        page.navigate(site.address("/jobrunr"));
        var first = page.locator("#live").elementHandle();

        page.waitForCondition(() -> !(Boolean) first.evaluate("node => node.isConnected"));
        page.getByText("Pause refresh").click();

        assertThat(page.getByText("Resume refresh")).isVisible();
        assertThat(page).hasURL(site.address("/jobrunr"));
        assertThat(page.locator("[data-refresh]")).hasCount(0);
    }

    @Test
    void turnDarkWithoutScriptAndStaySo() {
        var page = site.signedIn("vera", Visit.usual().withoutScript());
        page.navigate(site.address("/latency?here=stays"));

        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("dark"))
                .click();

        assertThat(page).hasURL(site.address("/latency?here=stays"));
        assertThat(page.locator("html")).hasAttribute("data-theme", "dark");
        assertThat(page.locator("body")).hasCSS("background-color", "rgb(17, 18, 20)");
        page.navigate(site.address("/jobrunr"));
        assertThat(page.locator("html")).hasAttribute("data-theme", "dark");
    }

    @Test
    void areReachedByKeyboardAlone() {
        var page = site.signedIn("vera", Visit.usual());

        page.keyboard().press("Tab");
        assertThat(page.getByText("Skip to the page")).isFocused();
        assertThat(page.getByText("Skip to the page")).isInViewport();
        page.keyboard().press("Tab");
        page.keyboard().press("Tab");
        assertThat(page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Overview")))
                .isFocused();
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Latency"))
                .first()
                .focus();
        page.keyboard().press("Enter");
        assertThat(page.locator("h1")).hasText("Latency");
    }

    @Test
    void saySoWhenThereIsNoSuchPage() {
        var page = site.signedIn("vera", Visit.usual());

        assertThat(page.navigate(site.address("/nowhere")).status()).isEqualTo(404);
        assertThat(page.locator("h1")).hasText("There is no such page");
        assertThat(page.navigate(site.address("/handlers/nobody")).status()).isEqualTo(404);
        assertThat(page.locator("h1")).hasText("There is no such handler");
    }
}
