package dev.lanekeeper.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.lanekeeper.console.Site.Visit;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who sees what is encrypted, and what is left behind of having seen it. */
class EncryptedContentTest {

    private static final String DECRYPTOR = "dora";

    @RegisterExtension
    private final Site site = Site.shared();

    private final Api api = new Api(site);
    private final String resource = Api.anyResource();
    private final long event = failure();

    @Test
    void aPageShowsALockToEverybodyAndPlainTextOnlyToWhoMaySeeIt() {
        var page = site.signedIn("ada", Visit.usual());
        page.navigate(address());
        assertThat(page.locator("h1 + .badge + .badge")).hasText("encrypted");
        assertThat(page.locator("main")).containsText("Encrypted with key 20261122");
        assertThat(page.locator("main")).containsText("Message and stack trace are encrypted");
        assertThat(page.locator("main")).containsText("needs the role LANEKEEPER_DECRYPTOR");
        assertThat(page.getByText("Show plain text")).hasCount(0);
        assertThat(page.content()).doesNotContain(resource).doesNotContain("Told to fail");
        Checks.findsNothingGrave(page);
        page.navigate(site.address("/failures?handler=patients"));
        assertThat(page.locator("td .lock").first()).isVisible();
    }

    @Test
    void whoSeesPlainTextIsWrittenDownEachTime() {
        var page = site.signedIn(DECRYPTOR, Visit.usual().withoutScript());
        page.navigate(address());
        page.locator("summary", new Page.LocatorOptions().setHasText("Show plain text"))
                .click();
        page.getByLabel("Reason").fill("ticket 17");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Show plain text"))
                .click();

        assertThat(page.locator("main")).containsText("\"resource\": \"" + resource + "\"");
        assertThat(page.locator("main")).containsText("Told to fail: fail");
        assertThat(page.locator("h1 + .badge + .badge")).hasText("in plain text");
        page.getByText("Hide it").click();
        assertThat(page.content()).doesNotContain(resource);
        assertThat(page.locator("section", new Page.LocatorOptions().setHasText("What people did"))
                        .last())
                .containsText("ticket 17");
        assertThat(looks()).containsExactly("dora decrypt SHOWN ticket 17");
    }

    @Test
    void theApiKeepsTheSameRules() {
        var locked = api.get("/v1/events/" + event).json();
        assertThat(locked.get("encrypted").asBoolean()).isTrue();
        assertThat(locked.get("key_id").asLong()).isEqualTo(20261122);
        assertThat(locked.get("payload_format").asString()).isEqualTo("encrypted");
        assertThat(locked.toString()).doesNotContain(resource).doesNotContain("Told to fail");

        var refused = api.post("/v1/events/" + event + "/plain-text", "{}");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.json().get("message").asString()).contains("LANEKEEPER_DECRYPTOR");
        assertThat(looks()).isEmpty();

        var opened = api.send("POST", "/v1/events/" + event + "/plain-text", "{\"reason\": \"why\"}", DECRYPTOR);
        assertThat(opened.header("Cache-Control")).contains("no-store");
        assertThat(opened.json().get("payload").get("resource").asString()).isEqualTo(resource);
        assertThat(opened.json().get("resource").asString()).isEqualTo(resource);
        assertThat(opened.json()
                        .get("failed_attempts")
                        .get(0)
                        .get("error_message")
                        .asString())
                .isEqualTo("Told to fail: fail");
        assertThat(looks()).containsExactly("dora decrypt SHOWN why");
    }

    private String address() {
        return site.address("/events/" + event);
    }

    private java.util.List<String> looks() {
        return site.sql()
                .sql("SELECT concat_ws(' ', operator, verb, result, reason) FROM lanekeeper.operation WHERE target = ?")
                .param("item:" + event)
                .query(String.class)
                .list();
    }

    /** Found by its offset: what it is about cannot be searched for. */
    private long failure() {
        var offset = site.sql()
                .sql("SELECT coalesce(max(kafka_offset) + 1, 0) FROM lanekeeper.work_item WHERE topic = 'patients'")
                .query(Long.class)
                .single();
        site.produce("patients", resource, "{\"resource\":\"" + resource + "\",\"wish\":\"fail\"}");
        return await().atMost(Duration.ofSeconds(60))
                .until(
                        () -> site.sql()
                                .sql("SELECT item_id FROM lanekeeper.work_item JOIN lanekeeper.outcome USING (item_id)"
                                        + " WHERE topic = 'patients' AND kafka_offset = ?")
                                .param(offset)
                                .query(Long.class)
                                .optional(),
                        java.util.Optional::isPresent)
                .orElseThrow();
    }
}
