package dev.lanekeeper.console;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanekeeper.console.Site.Visit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The checks that every page passes fail for one that should not. */
class ChecksTest {

    private static final String PAGE = """
            <!DOCTYPE html>
            <html lang="en">
              <head><title>A page</title></head>
              <body><main><h1>A page</h1>%s</main></body>
            </html>
            """;

    @RegisterExtension
    private final Site site = Site.shared();

    @Test
    void findAnImageWithoutWords() {
        var page = site.visitor(Visit.usual());
        page.setContent(PAGE.formatted("<img src='data:,'>"));

        assertThatThrownBy(() -> Checks.findsNothingGrave(page)).hasMessageContaining("image-alt");
        Checks.hasReadableColours(page);
    }

    @Test
    void findColoursThatNobodyCanRead() {
        var page = site.visitor(Visit.usual());
        page.setContent(PAGE.formatted("<p style='color: #ccc; background: #fff'>words</p>"));

        assertThatThrownBy(() -> Checks.findsNothingGrave(page)).hasMessageContaining("color-contrast");
        assertThatThrownBy(() -> Checks.hasReadableColours(page)).hasMessageContaining("color-contrast");
    }

    @Test
    void findWhatIsWiderThanThePage() {
        var page = site.visitor(Visit.usual().narrow());
        page.setContent(PAGE.formatted("<div style='width: 500px'>wide</div>"));

        assertThatThrownBy(() -> Checks.doesNotScrollSideways(page)).hasMessageContaining("width of");
    }
}
