package dev.lanekeeper.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import dev.lanekeeper.console.Site.Visit;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class HousekeepingPageTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @RegisterExtension
    private final Site site = Site.shared();

    @Test
    void saysWhatIsKeptAndLetsAnOperatorDeleteTheRestNow() {
        var page = site.signedIn("ada", Visit.usual().withoutScript());
        page.navigate(site.address("/housekeeping"));
        assertThat(page.locator("tr", containing("lanekeeper.retention.outbox")))
                .containsText("3 days");
        assertThat(page.locator("tr", containing("lanekeeper.retention.payloads")))
                .containsText("as long as the item");

        page.locator("details.menu summary", new Page.LocatorOptions().setHasText("Run now"))
                .click();
        page.getByLabel("Reason").fill("the disk is full");
        page.locator("form.stack button").click();

        assertThat(page.locator(".notice").first()).containsText("A round has begun");
        await().atMost(PATIENCE).untilAsserted(() -> {
            page.navigate(site.address("/housekeeping"));
            assertThat(page.locator("#live tbody tr").first().locator(".badge")).hasText("done");
        });
        assertThat(page.locator("section").last()).containsText("the disk is full");
        var viewer = site.signedIn("vera", Visit.usual());
        viewer.navigate(site.address("/housekeeping"));
        assertThat(viewer.locator("h1")).hasText("Housekeeping");
        assertThat(viewer.locator("summary", containing("Run now"))).hasCount(0);
    }

    @Test
    void ofWhichAnItemTellsThatItsPayloadIsGone() {
        var resource = Api.anyResource();
        site.produce("orders", resource, "{\"resource\":\"" + resource + "\",\"wish\":\"ok\"}");
        await().atMost(PATIENCE).until(() -> finished(resource) == 1);
        site.sql().sql("""
                        UPDATE lanekeeper.work_item
                           SET payload = NULL, event_key = NULL, headers = NULL, payload_removed_at = now() - interval '3 days'
                         WHERE resource = ?
                        """).param(resource).update();
        var id = site.sql()
                .sql("SELECT item_id FROM lanekeeper.work_item WHERE resource = ?")
                .param(resource)
                .query(Long.class)
                .single();

        var page = site.signedIn("ada", Visit.usual());
        page.navigate(site.address("/events/" + id));

        assertThat(page.locator("section[aria-labelledby=payload]")).containsText("were removed");
        assertThat(page.locator("main")).not().containsText("tombstone");
        assertThat(page.locator("summary", containing("Handle once more"))).hasCount(0);
    }

    private long finished(String resource) {
        return site.sql().sql("""
                        SELECT count(*)
                          FROM lanekeeper.outcome
                          JOIN lanekeeper.work_item USING (item_id)
                         WHERE resource = ?
                        """).param(resource).query(Long.class).single();
    }

    private static Page.LocatorOptions containing(String text) {
        return new Page.LocatorOptions().setHasText(text);
    }
}
