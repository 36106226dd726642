package dev.lanekeeper.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.args.AxeRunOptions;
import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What every page must pass, whatever it shows. */
final class Checks {

    private static final Set<String> GRAVE = Set.of("serious", "critical");

    private Checks() {}

    /** Collects what the browser complains of from now on: broken files, refused scripts and styles, errors. */
    static List<String> complaints(Page page) {
        var complaints = new ArrayList<String>();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
        page.onDialog(dialog -> {
            complaints.add("a dialog was opened: " + dialog.message());
            dialog.dismiss();
        });
        return complaints;
    }

    /** Only where JavaScript is on: without it axe waits for ever. */
    static void findsNothingGrave(Page page) {
        tellNothingGrave(page, axe(page));
    }

    /** For another theme, in which all else is the same. */
    static void hasReadableColours(Page page) {
        tellNothingGrave(page, axe(page).withRules(List.of("color-contrast")));
    }

    /** Neither told of every node in order nor taken to a page of its own, which is for frames, of which there are none. */
    private static AxeBuilder axe(Page page) {
        assertThat(page.frames()).hasSize(1);
        var options = new AxeRunOptions();
        options.setResultTypes(List.of("violations"));
        return new AxeBuilder(page).options(options).setLegacyMode(true);
    }

    private static void tellNothingGrave(Page page, AxeBuilder axe) {
        var grave = axe.analyze().getViolations().stream()
                .filter(violation -> GRAVE.contains(violation.getImpact()))
                .map(violation -> violation.getId() + ": " + violation.getHelp() + " at "
                        + violation.getNodes().stream()
                                .map(node -> String.valueOf(node.getHtml()))
                                .toList())
                .toList();
        assertThat(grave).as("axe on " + page.url()).isEmpty();
    }

    static void doesNotScrollSideways(Page page) {
        var width = ((Number) page.evaluate("document.documentElement.scrollWidth")).intValue();
        assertThat(width).as("width of " + page.url()).isLessThanOrEqualTo(page.viewportSize().width);
    }
}
