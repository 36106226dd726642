package dev.lanekeeper.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.lanekeeper.console.Api.anyResource;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.lanekeeper.api.outbox.Outbox;
import dev.lanekeeper.api.outbox.OutboxMessage;
import dev.lanekeeper.console.Site.Visit;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** An event that was put off says that it comes again, and when; it is not retried besides, but may come now. */
class PutOffEventTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Site site = Site.shared();
    private final Api api = new Api(site);
    private final String resource = anyResource();

    @Test
    void aRetryTellsThatItIsScheduledAndWhenAndItRunsOnceWhenItIsToRunNow() {
        publish();
        var event = original();
        var json = api.get("/v1/events/" + event).json();
        var job = json.get("comes_again_as").asLong();
        var time = json.get("comes_again_at").asString();
        assertThat(api.get("/v1/jobs/" + job).json().get("due_at").asString()).isEqualTo(time);

        var refused = api.post("/v1/events/" + event + "/retry", "{}");

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.json().get("message").asString())
                .contains("scheduled job " + job, time, "/v1/jobs/" + job + "/run-now");
        var page = site.signedIn("ada", Visit.usual());
        page.navigate(site.address("/events/" + event));
        assertThat(page.locator("main")).containsText("as scheduled job " + job);
        assertThat(page.locator("details.menu summary").getByText("Retry")).hasCount(0);
        runNow(page);
        assertThat(page.locator(".notice").first()).containsText("is due now");

        await().atMost(PATIENCE).until(() -> done(event) == 1);
        assertThat(api.get("/v1/events/" + event).json().get("comes_again_as").isNull())
                .isTrue();
        assertThat(ConsoleApplication.CALLS.stream().filter(resource::equals)).hasSize(1);
    }

    private static void runNow(Page page) {
        page.locator("details.menu summary").getByText("Run now").click();
        page.locator("details.menu[open]")
                .getByRole(
                        AriaRole.BUTTON,
                        new com.microsoft.playwright.Locator.GetByRoleOptions().setName(Pattern.compile("^Run now")))
                .click();
    }

    private void publish() {
        var outbox = site.application().getBean(Outbox.class);
        new TransactionTemplate(site.application().getBean(PlatformTransactionManager.class))
                .executeWithoutResult(ignored -> outbox.publish(OutboxMessage.of("digests", "changed")
                        .withArguments(new ConsoleApplication.Order(resource, ""))
                        .withCausalityKey(resource)));
    }

    private long original() {
        return await().atMost(PATIENCE)
                .until(
                        () -> site.sql()
                                .sql("SELECT coalesce(max(item_id), 0) FROM lanekeeper.work_item WHERE resource = ?")
                                .param(resource)
                                .query(Long.class)
                                .single(),
                        id -> id > 0);
    }

    private long done(long event) {
        return site.sql().sql("""
                        SELECT count(*)
                          FROM lanekeeper.work_item AS w
                          JOIN lanekeeper.outcome AS o ON o.item_id = w.item_id
                         WHERE w.retry_of = ? AND o.state = 1
                        """).param(event).query(Long.class).single();
    }
}
