package dev.lanekeeper.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import dev.lanekeeper.console.Site.Visit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SignInTest {

    @RegisterExtension
    private final Site site = Site.shared();

    @Test
    void asksForNameAndPasswordAndLetsTheRightOnesIn() {
        var page = site.visitor(Visit.usual());

        page.navigate(site.address(""));
        assertThat(page).hasURL(site.address("/sign-in"));
        page.getByLabel("Name").fill("ada");
        page.getByLabel("Password").fill("wrong");
        page.getByText("Sign in").last().click();
        assertThat(page.getByRole(com.microsoft.playwright.options.AriaRole.ALERT))
                .containsText("do not belong together");

        page.getByLabel("Name").fill("ada");
        page.getByLabel("Password").fill(Site.PASSWORD);
        page.getByText("Sign in").last().click();
        assertThat(page.locator("h1")).hasText("Overview");
    }
}
