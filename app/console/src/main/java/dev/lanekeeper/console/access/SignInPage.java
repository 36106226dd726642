package dev.lanekeeper.console.access;

import dev.lanekeeper.console.page.ConsolePath;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** Asks for name and password; the answer goes to Spring Security. */
@Controller
public class SignInPage {

    private final ConsolePath path;

    public SignInPage(ConsolePath path) {
        this.path = path;
    }

    @GetMapping(OwnSignIn.PAGE)
    Object page(HttpServletRequest request, Model model) {
        if (request.getUserPrincipal() != null) {
            return path.redirect("");
        }
        var parameters = request.getParameterMap();
        model.addAttribute("wait", seconds(request.getParameter("wait")));
        model.addAttribute("failed", parameters.containsKey("failed"));
        model.addAttribute("left", parameters.containsKey("left"));
        model.addAttribute("expired", parameters.containsKey("expired"));
        return "lanekeeper/console/sign-in";
    }

    /** {@code null} for what is no number of seconds. */
    private static @Nullable String seconds(@Nullable String text) {
        return text != null && text.matches("[0-9]{1,4}") ? text : null;
    }
}
