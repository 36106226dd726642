package dev.lanekeeper.console.overview;

import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** The first page: whether everything flows, and what does not. */
@Controller
public class OverviewPage {

    @GetMapping({"", "/"})
    String overview() {
        return "lanekeeper/console/overview";
    }
}
