package dev.lanekeeper.console.jobrunr;

import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** Runs now, their lanes and nodes, and the way to JobRunr's own pages. */
@Controller
public class RunsPage {

    private final RunsReader reader;

    public RunsPage(RunsReader reader) {
        this.reader = reader;
    }

    @GetMapping("/jobrunr")
    String runs(Model model) {
        model.addAttribute("runs", reader.read());
        return "lanekeeper/console/jobrunr";
    }
}
