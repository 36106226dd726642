package dev.lanekeeper.console.job;

import dev.lanekeeper.console.item.Answers;
import dev.lanekeeper.console.page.ConsolePath;
import dev.lanekeeper.console.page.NotFoundException;
import dev.lanekeeper.console.page.Notice;
import dev.lanekeeper.console.page.Times;
import dev.lanekeeper.operations.Operator;
import dev.lanekeeper.operations.RecurringAnswer;
import dev.lanekeeper.operations.RecurringOperations;
import java.security.Principal;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.servlet.view.RedirectView;

/** One job that recurs, and what a person may do with it. */
@Controller
public class RecurringJobPage {

    private final RecurringJobSearch jobs;
    private final RecurringOperations operations;
    private final JobHistorySearch history;
    private final Times times;
    private final ConsolePath path;

    public RecurringJobPage(
            RecurringJobSearch jobs,
            RecurringOperations operations,
            JobHistorySearch history,
            Times times,
            ConsolePath path) {
        this.jobs = jobs;
        this.operations = operations;
        this.history = history;
        this.times = times;
        this.path = path;
    }

    @GetMapping("/scheduled/recurring/{id}")
    String job(@PathVariable String id, Model model) {
        var number = number(id);
        var job = jobs.find(number).orElseThrow(RecurringJobPage::unknown);
        model.addAttribute("job", RecurringJobView.of(job, times));
        model.addAttribute("history", JobHistorySearch.shown(history.of(job), times));
        return "lanekeeper/console/recurring-job";
    }

    /**
     * What is done with one.
     *
     * @param here the list to go back to, below the console's path; {@code null} for the job's own page
     */
    record Wish(@Nullable String reason, @Nullable String here) {}

    @PostMapping("/scheduled/recurring/{id}/run-now")
    RedirectView runNow(@PathVariable String id, Wish wish, Principal user, RedirectAttributes redirect) {
        return change(id, wish, user, redirect, operations::runNow);
    }

    @PostMapping("/scheduled/recurring/{id}/pause")
    RedirectView pause(@PathVariable String id, Wish wish, Principal user, RedirectAttributes redirect) {
        return change(id, wish, user, redirect, operations::pause);
    }

    @PostMapping("/scheduled/recurring/{id}/resume")
    RedirectView resume(@PathVariable String id, Wish wish, Principal user, RedirectAttributes redirect) {
        return change(id, wish, user, redirect, operations::resume);
    }

    @PostMapping("/scheduled/recurring/{id}/end")
    RedirectView end(@PathVariable String id, Wish wish, Principal user, RedirectAttributes redirect) {
        return change(id, wish, user, redirect, operations::end);
    }

    @FunctionalInterface
    private interface Change {
        RecurringAnswer on(long recurringId, Operator by);
    }

    private RedirectView change(String id, Wish wish, Principal user, RedirectAttributes redirect, Change change) {
        var number = number(id);
        var name = jobs.find(number).map(RecurringJobView::name).orElse("it");
        notice(name, change.on(number, Answers.operator(user, wish.reason()))).showNext(redirect);
        var list = Returning.toList(wish.here());
        if (list != null) {
            return path.redirect(list);
        }
        return path.redirect(jobs.find(number).isPresent() ? "/scheduled/recurring/" + number : "/scheduled");
    }

    private static Notice notice(String name, RecurringAnswer answer) {
        return switch (answer) {
            case PAUSED -> Notice.ok("“" + name + "” is paused: no job of it is stored until somebody resumes it.");
            case RESUMED -> Notice.ok("“" + name + "” recurs again, from its next time on.");
            case DUE -> Notice.ok("A job of “" + name + "” is stored now; its next time stays.");
            case ENDED -> Notice.ok("“" + name + "” recurs no more. A job of it that is stored already stays.");
            default -> Notice.warn("Nothing was changed: " + why(name, answer));
        };
    }

    private static String why(String name, RecurringAnswer answer) {
        return switch (answer) {
            case IS_PAUSED -> "“" + name + "” is paused. Resume it first.";
            case IS_NOT_PAUSED -> "“" + name + "” is not paused.";
            case UNFINISHED -> "the last job of “" + name + "” is not finished yet.";
            case DECLARED ->
                "the handler of “" + name
                        + "” declares that it recurs, so it would again with the next start. It can be paused.";
            default -> "it recurs no more; somebody has ended it.";
        };
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw unknown();
        }
    }

    private static NotFoundException unknown() {
        return new NotFoundException(
                "There is no such recurring job",
                "Somebody has ended it, or its handler no longer says that it recurs.");
    }
}
