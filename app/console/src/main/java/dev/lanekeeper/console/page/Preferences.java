package dev.lanekeeper.console.page;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.servlet.view.RedirectView;

/** How somebody wants to see the console, kept in cookies: theme, and whether pages refresh themselves. */
@Controller
public class Preferences {

    static final String THEME = "lanekeeper-theme";
    static final String LIVE = "lanekeeper-live";

    private static final Set<String> VALUES = Set.of("auto", "light", "dark", "on", "off");
    private static final Duration KEPT = Duration.ofDays(365);

    private final ConsolePath path;

    public Preferences(ConsolePath path) {
        this.path = path;
    }

    @OpenToViewers
    @PostMapping("/preferences/theme")
    RedirectView theme(Choice choice, HttpServletRequest request, HttpServletResponse response) {
        return keep(THEME, choice, request, response);
    }

    @OpenToViewers
    @PostMapping("/preferences/live")
    RedirectView live(Choice choice, HttpServletRequest request, HttpServletResponse response) {
        return keep(LIVE, choice, request, response);
    }

    /**
     * @param here the page to go back to, below the console's path
     */
    record Choice(@Nullable String value, @Nullable String here) {}

    private RedirectView keep(String name, Choice choice, HttpServletRequest request, HttpServletResponse response) {
        var value = choice.value();
        if (value != null && VALUES.contains(value)) {
            var cookie = ResponseCookie.from(name, value)
                    .path(request.getContextPath() + path.value())
                    .maxAge(KEPT)
                    .httpOnly(true)
                    .secure(request.isSecure())
                    .sameSite("Lax")
                    .build();
            response.addHeader(HttpHeaders.SET_COOKIE, cookie.toString());
        }
        var here = choice.here();
        return path.redirect(here != null && isHere(here) ? here : "");
    }

    private static boolean isHere(String here) {
        return here.startsWith("/") && !here.contains("..") && here.chars().noneMatch(c -> c < ' ');
    }
}
