package dev.lanekeeper.console.page;

import java.util.regex.Pattern;
import org.springframework.web.servlet.view.RedirectView;

/**
 * Below which path the console lives in its application.
 *
 * @param value begins with a slash and does not end with one
 */
public record ConsolePath(String value) {

    private static final Pattern ALLOWED = Pattern.compile("(/[A-Za-z0-9._~-]+)+");

    /** @throws IllegalArgumentException with words for the person who has written it */
    public ConsolePath {
        if (!ALLOWED.matcher(value).matches()) {
            throw new IllegalArgumentException("\"" + value
                    + "\" is no path: it begins with a slash, has no slash at its end, and consists of letters,"
                    + " digits and .-_~");
        }
    }

    /** A path of the console within the application: {@code below("/lanes")}. */
    public String below(String path) {
        return value + path;
    }

    /** Leads the browser to another page of the console, after a POST: {@code redirect("/lanes?state=blocked")}. */
    public RedirectView redirect(String path) {
        var view = new RedirectView(below(path), true);
        view.setExposeModelAttributes(false);
        view.setExpandUriTemplateVariables(false);
        return view;
    }
}
