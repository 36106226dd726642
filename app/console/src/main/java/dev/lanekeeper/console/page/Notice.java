package dev.lanekeeper.console.page;

import java.io.Serializable;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/**
 * What came of a person's click, shown once at the top of the next page.
 *
 * @param tone {@code ok}, {@code warn} or {@code bad}
 */
public record Notice(String tone, String text) implements Serializable {

    private static final long serialVersionUID = 1L;

    public static Notice ok(String text) {
        return new Notice("ok", text);
    }

    /** Nothing was changed, or not all; nothing is broken. */
    public static Notice warn(String text) {
        return new Notice("warn", text);
    }

    public static Notice bad(String text) {
        return new Notice("bad", text);
    }

    /** Keeps it for the page that the redirect leads to. */
    public void showNext(RedirectAttributes redirect) {
        redirect.addFlashAttribute("notice", this);
    }
}
