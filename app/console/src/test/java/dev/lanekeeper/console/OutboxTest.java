package dev.lanekeeper.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.lanekeeper.api.outbox.Outbox;
import dev.lanekeeper.api.outbox.OutboxMessage;
import dev.lanekeeper.console.Site.Visit;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class OutboxTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @RegisterExtension
    private final Site site = Site.shared();

    @Test
    void showsWhatFailedWithItsChangesAndRetriesOrDiscardsIt() {
        var healing = Api.anyResource();
        var obsolete = Api.anyResource();
        publish(healing);
        publish(obsolete);
        var page = site.signedIn("ada", Visit.usual().withoutScript());
        await().atMost(PATIENCE).untilAsserted(() -> {
            page.navigate(site.address("/outbox"));
            assertThat(row(page, healing)).containsText("books closed");
            assertThat(row(page, obsolete)).containsText("Told to fail");
        });

        row(page, healing).getByRole(AriaRole.LINK).first().click();
        assertThat(page.locator("section", new Page.LocatorOptions().setHasText("Changes"))
                        .first())
                .containsText("\"open\"");
        assertThat(page.locator("main")).containsText("in the outbox");

        ConsoleApplication.HEALED.add(healing);
        page.navigate(site.address("/outbox"));
        button(row(page, healing), "Retry").click();
        assertThat(page.locator(".notice").first()).containsText("was retried and runs next");
        page.navigate(site.address("/outbox"));
        button(row(page, obsolete), "Discard").click();
        assertThat(page.locator(".notice").first()).containsText("was discarded");

        await().atMost(PATIENCE).untilAsserted(() -> {
            page.navigate(site.address("/outbox"));
            assertThat(row(page, healing)).hasCount(0);
            assertThat(row(page, obsolete)).hasCount(0);
        });
    }

    private static Locator row(Page page, String key) {
        return page.locator("tr", new Page.LocatorOptions().setHasText(key));
    }

    private static Locator button(Locator row, String begin) {
        return row.getByRole(
                AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(java.util.regex.Pattern.compile("^" + begin)));
    }

    private void publish(String key) {
        var outbox = site.application().getBean(Outbox.class);
        new TransactionTemplate(site.application().getBean(PlatformTransactionManager.class))
                .executeWithoutResult(ignored -> outbox.publish(OutboxMessage.of("books", "closed")
                        .withArguments(new ConsoleApplication.Order(key, "fail"))
                        .withCausalityKey(key)
                        .withChanges("Book", key, Map.of("state", List.of("open", "closed")))));
    }
}
