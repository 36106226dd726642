package dev.lanekeeper.console.access;

import java.util.Map;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.servlet.ModelAndView;

/** Tells people on a page why they may not; the JSON API answers for itself. */
@ControllerAdvice(basePackages = "dev.lanekeeper.console")
@Order(Ordered.HIGHEST_PRECEDENCE + 100)
public class Refusals {

    @ExceptionHandler
    ModelAndView roleMissing(RoleMissingException e) {
        return page(
                "You may not do this", "It needs the role " + e.role() + ". Ask whoever runs this application for it.");
    }

    @ExceptionHandler
    ModelAndView crossSite(CrossSiteException e) {
        return page("Not accepted", "Another site has sent this request. Open the console itself and try again there.");
    }

    private static ModelAndView page(String title, String text) {
        return new ModelAndView(
                "lanekeeper/console/problem", Map.of("title", title, "text", text), HttpStatus.FORBIDDEN);
    }
}
