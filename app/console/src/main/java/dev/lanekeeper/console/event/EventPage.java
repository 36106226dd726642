package dev.lanekeeper.console.event;

import dev.lanekeeper.console.item.Answers;
import dev.lanekeeper.console.item.CappedCount;
import dev.lanekeeper.console.item.ItemDetail;
import dev.lanekeeper.console.item.ItemDetailSearch;
import dev.lanekeeper.console.item.ItemState;
import dev.lanekeeper.console.item.Shown;
import dev.lanekeeper.console.lock.LockSearch;
import dev.lanekeeper.console.lock.LockView.HappeningView;
import dev.lanekeeper.console.page.ConsolePath;
import dev.lanekeeper.console.page.ForDecryptors;
import dev.lanekeeper.console.page.Moment;
import dev.lanekeeper.console.page.NotFoundException;
import dev.lanekeeper.console.page.Notice;
import dev.lanekeeper.console.page.Times;
import dev.lanekeeper.operations.Disclosure.NotFound;
import dev.lanekeeper.operations.Disclosure.PlainText;
import dev.lanekeeper.operations.Disclosure.Unreadable;
import dev.lanekeeper.operations.Disclosures;
import dev.lanekeeper.operations.ItemOperations;
import dev.lanekeeper.operations.JobAnswer;
import dev.lanekeeper.operations.JobOperations;
import dev.lanekeeper.work.ItemChangeStore.Again;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.servlet.view.RedirectView;

/** All about one event, and what a person may do with it. */
@Controller
public class EventPage {

    private static final int COUNTED_LATER = 1_000;

    private final ItemDetailSearch details;
    private final ItemOperations operations;
    private final JobOperations jobs;
    private final Disclosures disclosures;
    private final LockSearch locks;
    private final Times times;
    private final ConsolePath path;

    public EventPage(
            ItemDetailSearch details,
            ItemOperations operations,
            JobOperations jobs,
            Disclosures disclosures,
            LockSearch locks,
            Times times,
            ConsolePath path) {
        this.details = details;
        this.operations = operations;
        this.jobs = jobs;
        this.disclosures = disclosures;
        this.locks = locks;
        this.times = times;
        this.path = path;
    }

    @GetMapping("/events/{id}")
    String event(@PathVariable String id, Model model) {
        var number = number(id);
        var detail = details.find(number, Shown.LONGEST_TEXT).orElseThrow(() -> unknown());
        show(detail, false, model);
        return "lanekeeper/console/event";
    }

    private void show(ItemDetail detail, boolean opened, Model model) {
        model.addAttribute("event", EventView.of(detail, times, opened));
        var id = detail.row().itemId();
        model.addAttribute("winner", locks.winnerOver(id).orElse(null));
        model.addAttribute("losers", locks.losers(id));
        model.addAttribute(
                "again",
                operations.comesAgain(id).map(a -> AgainView.of(a, times)).orElse(null));
        model.addAttribute(
                "conflicts",
                locks.lostTo(id).stream().map(h -> HappeningView.of(h, times)).toList());
        if (ItemState.FAILURES.contains(detail.row().state())) {
            var number = detail.row().itemId();
            var later = details.overtakenBy(List.of(number), COUNTED_LATER).get(number);
            model.addAttribute("later", later == null || later.value() == 0 ? null : later(later));
        }
    }

    /** The scheduled job that comes in place of an event that was put off. */
    public record AgainView(long jobId, @Nullable Moment dueAt) {

        static AgainView of(Again again, Times times) {
            return new AgainView(again.jobId(), times.moment(again.dueAt()));
        }
    }

    /** Answers with the page itself and not with the way to it: that would be an address that shows plain text. */
    @PostMapping("/events/{id}/plain-text")
    @ForDecryptors
    Object plainText(
            @PathVariable String id,
            @RequestParam(defaultValue = "") String reason,
            Principal user,
            HttpServletResponse response,
            Model model,
            RedirectAttributes redirect) {
        var number = number(id);
        var disclosure = disclosures.open(number, Answers.operator(user, reason));
        if (disclosure instanceof PlainText plain) {
            var detail = details.find(number, 0).orElseThrow(() -> unknown());
            show(detail.opened(plain.content(), Shown.LONGEST_TEXT), true, model);
            response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
            return "lanekeeper/console/event";
        }
        if (disclosure instanceof NotFound) {
            throw unknown();
        }
        if (disclosure instanceof Unreadable unreadable) {
            Notice.bad(unreadable.why()).showNext(redirect);
        }
        return path.redirect("/events/" + number);
    }

    private static String later(CappedCount count) {
        return count.value() == 1 && !count.orMore() ? "1 later event" : count + " later events";
    }

    /** As it came, byte for byte; never shown by the browser itself. */
    @GetMapping("/events/{id}/payload")
    void payload(@PathVariable String id, HttpServletResponse response) throws IOException {
        var number = number(id);
        var length = details.content(number, 0).orElseThrow(() -> unknown()).payloadBytes();
        response.setContentType(MediaType.APPLICATION_OCTET_STREAM_VALUE);
        response.setContentLengthLong(length);
        response.setHeader(
                HttpHeaders.CONTENT_DISPOSITION,
                ContentDisposition.attachment()
                        .filename("event-" + number + ".bin")
                        .build()
                        .toString());
        details.copyPayload(number, length, response.getOutputStream());
    }

    @PostMapping("/events/{id}/retry")
    RedirectView retry(
            @PathVariable String id,
            @RequestParam(defaultValue = "") String state,
            @RequestParam(defaultValue = "") String reason,
            Principal user,
            RedirectAttributes redirect) {
        var by = Answers.operator(user, reason);
        // What was shown as a failure is retried as one: somebody else may have been quicker.
        var answer = isFailure(state) ? operations.retryFailure(number(id), by) : operations.retry(number(id), by);
        Answers.notice("Event " + number(id), answer).showNext(redirect);
        return path.redirect("/events/" + number(id));
    }

    /** Of one that was put off and comes again later: it comes now. */
    @PostMapping("/events/{id}/run-now")
    RedirectView runNow(
            @PathVariable String id,
            @RequestParam(defaultValue = "") String reason,
            Principal user,
            RedirectAttributes redirect) {
        var due = operations
                .comesAgain(number(id))
                .filter(a -> jobs.runNow(a.jobId(), Answers.operator(user, reason)) == JobAnswer.DUE);
        var notice = due.isPresent()
                ? Notice.ok("Scheduled job " + due.get().jobId() + ", as which event " + number(id)
                        + " comes again, is due now.")
                : Notice.warn(
                        "Event " + number(id) + " was not changed: it has come again, or somebody has cancelled that.");
        notice.showNext(redirect);
        return path.redirect("/events/" + number(id));
    }

    @PostMapping("/events/{id}/discard")
    RedirectView discard(
            @PathVariable String id,
            @RequestParam(defaultValue = "") String reason,
            Principal user,
            RedirectAttributes redirect) {
        Answers.notice("Event " + number(id), operations.discard(number(id), Answers.operator(user, reason)))
                .showNext(redirect);
        return path.redirect("/events/" + number(id));
    }

    private static boolean isFailure(String state) {
        return ItemState.parse(state).filter(ItemState.FAILURES::contains).isPresent();
    }

    private static long number(String id) {
        try {
            return Long.parseLong(id);
        } catch (NumberFormatException e) {
            throw unknown();
        }
    }

    private static NotFoundException unknown() {
        return new NotFoundException("There is no such event", "It has been purged, or the number is mistyped.");
    }
}
