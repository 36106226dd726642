package dev.lanekeeper.console.housekeeping;

import dev.lanekeeper.console.item.Answers;
import dev.lanekeeper.console.page.ConsolePath;
import dev.lanekeeper.console.page.Notice;
import dev.lanekeeper.operations.HousekeepingOperations;
import java.security.Principal;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.servlet.view.RedirectView;

/** What is kept how long, and the rounds that deleted the rest; begins one. */
@Controller
public class HousekeepingPage {

    private final HousekeepingReader reader;
    private final HousekeepingOperations operations;
    private final ConsolePath path;

    public HousekeepingPage(HousekeepingReader reader, HousekeepingOperations operations, ConsolePath path) {
        this.reader = reader;
        this.operations = operations;
        this.path = path;
    }

    @GetMapping("/housekeeping")
    String show(Model model) {
        model.addAttribute("kept", reader.read());
        return "lanekeeper/console/housekeeping";
    }

    @PostMapping("/housekeeping/rounds")
    RedirectView run(@RequestParam(required = false) @Nullable String reason, Principal who, RedirectAttributes next) {
        var answer = operations.runNow(Answers.operator(who, reason));
        var notice = switch (answer) {
            case BEGUN -> Notice.ok("A round has begun; what is too old goes now, in small pieces");
            case UNDER_WAY -> Notice.warn("A round is under way already; nothing was begun");
            case NOT_HERE -> Notice.warn("Lanekeeper does not run in this process; nothing was begun");
        };
        notice.showNext(next);
        return path.redirect("/housekeeping");
    }
}
