package dev.lanekeeper.console.access;

import dev.lanekeeper.console.page.ConsolePath;
import jakarta.servlet.http.HttpServletRequest;
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
        model.addAttribute("failed", parameters.containsKey("failed"));
        model.addAttribute("left", parameters.containsKey("left"));
        model.addAttribute("expired", parameters.containsKey("expired"));
        return "lanekeeper/console/sign-in";
    }
}
