package dev.lanekeeper.console.overview;

import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** The first page: whether everything flows, and what does not. */
@Controller
public class OverviewPage {

    private final OverviewReader reader;

    public OverviewPage(OverviewReader reader) {
        this.reader = reader;
    }

    @GetMapping({"", "/"})
    String overview(Model model) {
        model.addAttribute("overview", reader.read());
        return "lanekeeper/console/overview";
    }
}
