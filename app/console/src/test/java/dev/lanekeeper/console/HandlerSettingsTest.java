package dev.lanekeeper.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.RequestOptions;
import dev.lanekeeper.console.Site.Visit;
import dev.lanekeeper.operations.HandlerOperations;
import dev.lanekeeper.operations.Operator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HandlerSettingsTest {

    private static final String HOSTILE = "<script>alert(1)</script>\"'>${7*7}";

    @RegisterExtension
    private final Site site = Site.shared();

    @AfterEach
    void leaveTheHandlerAsItWas() {
        site.application()
                .getBean(HandlerOperations.class)
                .resumeIntake("orders", new Operator("the end of a test", null));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void areSetAndSetBackAndLeaveATrace(boolean script) {
        var page = operator(script);
        var size = script ? "321" : "123";

        page.getByLabel("Reason for flush-size").fill("tried " + size);
        set(page, "flush-size", size);

        assertThat(page.getByRole(AriaRole.STATUS)).containsText("flush-size is " + size + ", on every node");
        assertThat(line(page, "flush-size")).containsText(size + " by ada");
        assertThat(history(page)).containsText("set flush size");
        assertThat(history(page)).containsText("tried " + size);

        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Set flush-size back"))
                .click();

        assertThat(page.getByRole(AriaRole.STATUS)).containsText("as in the properties again");
        assertThat(line(page, "flush-size")).not().containsText("by ada");
        assertThat(history(page)).containsText(size + " -> property");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "many", "10000000", HOSTILE})
    void thatMakeNoSenseAreRefusedInWordsBesideTheField(String value) {
        var page = operator(true);
        var complaints = Checks.complaints(page);

        set(page, "flush-size", value);

        var field = page.getByLabel("flush-size", new Page.GetByLabelOptions().setExact(true));
        assertThat(field).hasValue(value);
        assertThat(field).hasAttribute("aria-invalid", "true");
        assertThat(page.locator("#about-flush-size")).containsText("write a whole number from 1 to 10000");
        assertThat(history(page)).not().containsText("-> " + value);
        Checks.findsNothingGrave(page);
        assertThat(complaints).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void pauseAndResumeWithAReasonThatIsKeptAsItIs(boolean script) {
        var page = operator(script);

        page.getByText("Pause intake …").click();
        page.getByLabel("Reason, for whoever looks next")
                .locator("visible=true")
                .fill(HOSTILE);
        page.getByText("Pause intake of orders").click();

        assertThat(page.locator(".head")).containsText("intake paused by ada");
        assertThat(history(page)).containsText(HOSTILE);
        assertThat(page.locator("main script")).hasCount(0);

        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Resume intake"))
                .click();

        assertThat(page.locator(".head")).containsText("running");
        assertThat(page.getByRole(AriaRole.STATUS)).containsText("The intake of orders goes on");
    }

    @Test
    void areShownToViewersAndChangedByOperatorsOnly() {
        var page = site.signedIn("vera", Visit.usual());
        page.navigate(site.address("/handlers/orders"));

        assertThat(line(page, "flush-size")).containsText("500");
        assertThat(page.locator("main form")).hasCount(0);
        var token = page.locator("input[name=_csrf]").first().getAttribute("value");
        var answer = page.request()
                .post(
                        site.address("/handlers/orders/settings/flush-size"),
                        RequestOptions.create()
                                .setForm(com.microsoft.playwright.options.FormData.create()
                                        .set("_csrf", token)
                                        .set("value", "7")));
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.text()).contains("LANEKEEPER_OPERATOR");
        page.reload();
        assertThat(line(page, "flush-size")).not().containsText("7 by");
    }

    private Page operator(boolean script) {
        var page = site.signedIn("ada", script ? Visit.usual() : Visit.usual().withoutScript());
        page.navigate(site.address("/handlers/orders"));
        return page;
    }

    private static void set(Page page, String key, String value) {
        page.getByLabel(key, new Page.GetByLabelOptions().setExact(true)).fill(value);
        line(page, key)
                .getByRole(
                        AriaRole.BUTTON,
                        new Locator.GetByRoleOptions().setName("Set").setExact(true))
                .click();
    }

    private static Locator line(Page page, String key) {
        return page.locator(".settings tr", new Page.LocatorOptions().setHasText(key));
    }

    private static Locator history(Page page) {
        return page.locator("section", new Page.LocatorOptions().setHasText("Who changed what"));
    }
}
