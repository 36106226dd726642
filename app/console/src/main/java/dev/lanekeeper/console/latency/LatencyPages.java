package dev.lanekeeper.console.latency;

import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;

/** How long things take: all handlers now, and one in all its stages, now and over a day. */
@Controller
public class LatencyPages {

    private final LatencyReader reader;

    public LatencyPages(LatencyReader reader) {
        this.reader = reader;
    }

    @GetMapping("/latency")
    String all(Model model) {
        model.addAttribute("handlers", reader.handlers());
        model.addAttribute("report", reader.report());
        return "lanekeeper/console/latencies";
    }

    @GetMapping("/latency/{name}")
    String one(@PathVariable String name, @RequestParam(defaultValue = "now") String period, Model model) {
        model.addAttribute("latency", reader.view(name, Period.of(period)));
        return "lanekeeper/console/latency";
    }
}
