package dev.lanekeeper.console.job;

import dev.lanekeeper.console.item.Answers;
import dev.lanekeeper.console.page.ConsolePath;
import dev.lanekeeper.console.page.NotFoundException;
import dev.lanekeeper.console.page.Notice;
import dev.lanekeeper.console.page.Times;
import dev.lanekeeper.operations.JobAnswer;
import dev.lanekeeper.operations.JobOperations;
import java.security.Principal;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.servlet.view.RedirectView;

/** One job whose time has not come, and what a person may do with it. */
@Controller
public class ScheduledJobPage {

    private static final int LONGEST_SHOWN = 100;

    private final ScheduledJobSearch jobs;
    private final JobOperations operations;
    private final JobHistorySearch history;
    private final Times times;
    private final ConsolePath path;

    public ScheduledJobPage(
            ScheduledJobSearch jobs,
            JobOperations operations,
            JobHistorySearch history,
            Times times,
            ConsolePath path) {
        this.jobs = jobs;
        this.operations = operations;
        this.history = history;
        this.times = times;
        this.path = path;
    }

    /** The job; once it is an event, that one. */
    @GetMapping("/scheduled/{id}")
    Object job(@PathVariable String id, Model model, RedirectAttributes redirect) {
        var number = number(id);
        var job = jobs.find(number).orElse(null);
        if (job == null) {
            var item = operations.itemOf(number).orElseThrow(ScheduledJobPage::unknown);
            if (model.getAttribute("notice") instanceof Notice notice) {
                notice.showNext(redirect);
            }
            return path.redirect("/events/" + item);
        }
        model.addAttribute("job", ScheduledJobView.of(job, times));
        model.addAttribute("history", JobHistorySearch.shown(history.ofJob(number), times));
        return "lanekeeper/console/scheduled-job";
    }

    /**
     * What is done with a job.
     *
     * @param when the new time, or how long from now
     * @param here the list to go back to, below the console's path; {@code null} for the job's own page
     */
    record Wish(
            @Nullable String when,
            @Nullable String reason,
            @Nullable String here) {}

    /** What was typed as a new time and not understood. */
    public record Attempt(String value, String error) {}

    @PostMapping("/scheduled/{id}/run-now")
    RedirectView runNow(@PathVariable String id, Wish wish, Principal user, RedirectAttributes redirect) {
        var answer = operations.runNow(number(id), Answers.operator(user, wish.reason()));
        return answer(id, answer, "takes its place at the end of its lane now", wish, redirect);
    }

    @PostMapping("/scheduled/{id}/cancel")
    RedirectView cancel(@PathVariable String id, Wish wish, Principal user, RedirectAttributes redirect) {
        var answer = operations.cancel(number(id), Answers.operator(user, wish.reason()));
        return answer(id, answer, "is cancelled and never runs", wish, redirect);
    }

    @PostMapping("/scheduled/{id}/reschedule")
    RedirectView reschedule(@PathVariable String id, Wish wish, Principal user, RedirectAttributes redirect) {
        var typed = wish.when() == null ? "" : wish.when();
        try {
            var dueAt = NewDueTime.parse(typed, times.now());
            var answer = operations.reschedule(number(id), dueAt, Answers.operator(user, wish.reason()));
            var due = Objects.requireNonNull(times.moment(dueAt));
            return answer(id, answer, "is due " + due.relative() + ", at " + due.exact(), wish, redirect);
        } catch (IllegalArgumentException e) {
            var error = String.valueOf(e.getMessage());
            redirect.addFlashAttribute("attempt", new Attempt(shortened(typed), error));
            Notice.bad("Nothing was changed: " + error).showNext(redirect);
            return back(id, wish);
        }
    }

    private static String shortened(String typed) {
        return typed.length() <= LONGEST_SHOWN ? typed : typed.substring(0, LONGEST_SHOWN);
    }

    private RedirectView answer(String id, JobAnswer answer, String done, Wish wish, RedirectAttributes redirect) {
        var notice = switch (answer) {
            case CANCELLED, RESCHEDULED, DUE -> Notice.ok("Job " + number(id) + " " + done + ".");
            case ALREADY_STORED ->
                Notice.warn("Nothing was changed: job " + number(id)
                        + " is scheduled no more; its time had come, or somebody has cancelled it.");
            case NOT_FOUND -> Notice.warn("Nothing was changed: there is no job " + number(id) + " any more.");
        };
        notice.showNext(redirect);
        return back(id, wish);
    }

    /** To the list, or to the job, or to what it has become. */
    private RedirectView back(String id, Wish wish) {
        var list = Returning.toList(wish.here());
        if (list != null) {
            return path.redirect(list);
        }
        var number = number(id);
        var exists = jobs.find(number).isPresent() || operations.itemOf(number).isPresent();
        return path.redirect(exists ? "/scheduled/" + number : "/scheduled");
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
                "There is no such job", "It was done or cancelled, and is gone with its event since.");
    }
}
