package dev.lanekeeper.console.failure;

import dev.lanekeeper.console.item.Answers;
import dev.lanekeeper.console.item.FilterForm;
import dev.lanekeeper.console.item.ItemFilter;
import dev.lanekeeper.console.item.ItemState;
import dev.lanekeeper.console.item.LivingNodeSearch;
import dev.lanekeeper.console.page.ConsolePath;
import dev.lanekeeper.console.page.NotFoundException;
import dev.lanekeeper.console.page.Notice;
import dev.lanekeeper.console.page.Times;
import dev.lanekeeper.operations.BulkOperations;
import dev.lanekeeper.work.BulkVerb;
import dev.lanekeeper.work.FailureFilter;
import dev.lanekeeper.work.State;
import java.security.Principal;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.servlet.view.RedirectView;

/** What is done with all failures that match a filter: started here, done in the background, watched here. */
@Controller
public class BulkPage {

    private final BulkOperations operations;
    private final LivingNodeSearch nodes;
    private final Times times;
    private final ConsolePath path;

    public BulkPage(BulkOperations operations, LivingNodeSearch nodes, Times times, ConsolePath path) {
        this.operations = operations;
        this.nodes = nodes;
        this.times = times;
        this.path = path;
    }

    @PostMapping("/bulk-operations")
    RedirectView start(
            FilterForm form,
            @RequestParam(defaultValue = "") String verb,
            @RequestParam(defaultValue = "") String reason,
            Principal user,
            RedirectAttributes redirect) {
        if (form.problem() != null || !(verb.equals("retry") || verb.equals("discard"))) {
            Notice.bad("Nothing was started: the filter is not understood.").showNext(redirect);
            return path.redirect("/failures");
        }
        var by = Answers.operator(user, reason);
        var id = operations.start(
                by, verb.equals("retry") ? BulkVerb.RETRY : BulkVerb.DISCARD, filter(form), by.reason());
        return path.redirect("/bulk-operations/" + id);
    }

    private static FailureFilter filter(FilterForm form) {
        ItemFilter filter = form.filter(ItemState.FAILURES);
        return new FailureFilter(
                filter.handler(),
                filter.topic(),
                state(filter),
                filter.fingerprint(),
                filter.resource(),
                filter.entity(),
                filter.from(),
                filter.to());
    }

    private static @Nullable State state(ItemFilter filter) {
        if (filter.states().size() != 1) {
            return null;
        }
        return filter.states().contains(ItemState.REJECTED) ? State.REJECTED : State.FAILED;
    }

    @GetMapping("/bulk-operations")
    String recent(Model model) {
        model.addAttribute(
                "operations",
                operations.recent().stream().map(o -> BulkView.of(o, times)).toList());
        return "lanekeeper/console/bulk-operations";
    }

    @GetMapping("/bulk-operations/{id}")
    String one(@PathVariable String id, Model model) {
        var operation =
                operations.progress(number(id)).map(o -> BulkView.of(o, times)).orElseThrow(BulkPage::unknown);
        model.addAttribute("operation", operation);
        model.addAttribute("nobody", !operation.over() && !nodes.anybodyLives());
        return "lanekeeper/console/bulk-operation";
    }

    @PostMapping("/bulk-operations/{id}/cancel")
    RedirectView cancel(@PathVariable String id, Principal user, RedirectAttributes redirect) {
        var cancelled = operations.cancel(Answers.operator(user, null), number(id));
        var notice =
                cancelled ? Notice.ok("It stops; what has been done stays done.") : Notice.warn("It was over already.");
        notice.showNext(redirect);
        return path.redirect("/bulk-operations/" + number(id));
    }

    private static long number(String id) {
        try {
            return Long.parseLong(id);
        } catch (NumberFormatException e) {
            throw unknown();
        }
    }

    private static NotFoundException unknown() {
        return new NotFoundException("There is no such operation", "The number is mistyped.");
    }
}
