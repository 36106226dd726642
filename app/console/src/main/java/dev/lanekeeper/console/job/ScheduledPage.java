package dev.lanekeeper.console.job;

import dev.lanekeeper.console.item.HandlerNames;
import dev.lanekeeper.console.page.ConsolePath;
import dev.lanekeeper.console.page.Paging;
import dev.lanekeeper.console.page.Times;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.util.UriComponentsBuilder;

/** Jobs that recur, and jobs whose time has not come, each list the one that is due first first. */
@Controller
public class ScheduledPage {

    private static final int SCHEDULED_ROWS = 50;
    private static final int RECURRING_ROWS = 20;

    private final ScheduledJobSearch scheduled;
    private final RecurringJobSearch recurring;
    private final HandlerNames handlers;
    private final Times times;
    private final ConsolePath path;

    public ScheduledPage(
            ScheduledJobSearch scheduled,
            RecurringJobSearch recurring,
            HandlerNames handlers,
            Times times,
            ConsolePath path) {
        this.scheduled = scheduled;
        this.recurring = recurring;
        this.handlers = handlers;
        this.times = times;
        this.path = path;
    }

    /**
     * What is asked for, as it stands in the address.
     *
     * @param after where the list of scheduled jobs begins
     * @param recurring where the list of those that recur begins
     */
    public record Form(
            @Nullable String handler,
            @Nullable String after,
            @Nullable String recurring) {

        @Nullable
        String wanted() {
            return handler == null || handler.isBlank() ? null : handler.replace("\0", "");
        }

        @Nullable
        JobPlace scheduledPlace() {
            return place(after);
        }

        @Nullable
        JobPlace recurringPlace() {
            return place(recurring);
        }

        private static @Nullable JobPlace place(@Nullable String text) {
            return text == null ? null : JobPlace.parse(text).orElse(null);
        }
    }

    @GetMapping("/scheduled")
    String scheduled(Form form, Model model) {
        var handler = form.wanted();
        model.addAttribute("handler", handler);
        model.addAttribute("handlers", handlers.all());
        model.addAttribute("first", form.scheduledPlace() == null && form.recurringPlace() == null);
        addRecurring(form, handler, model);
        addScheduled(form, handler, model);
        return "lanekeeper/console/scheduled";
    }

    private void addRecurring(Form form, @Nullable String handler, Model model) {
        var found = recurring.page(handler, form.recurringPlace(), RECURRING_ROWS + 1);
        var shown = shown(found, RECURRING_ROWS);
        var place = form.scheduledPlace();
        model.addAttribute(
                "recurring",
                shown.stream().map(job -> RecurringJobView.of(job, times)).toList());
        model.addAttribute(
                "recurringPaging",
                new Paging(
                        form.recurringPlace() == null ? null : address(handler, place, null),
                        found.size() > shown.size()
                                ? address(handler, place, JobPlace.of(shown.get(RECURRING_ROWS - 1)))
                                : null,
                        shown.size() + " recurring jobs"));
    }

    private void addScheduled(Form form, @Nullable String handler, Model model) {
        var found = scheduled.page(handler, form.scheduledPlace(), SCHEDULED_ROWS + 1);
        var shown = shown(found, SCHEDULED_ROWS);
        var place = form.recurringPlace();
        model.addAttribute("count", scheduled.count(handler).toString());
        model.addAttribute(
                "scheduled",
                shown.stream().map(job -> ScheduledJobView.of(job, times)).toList());
        model.addAttribute(
                "scheduledPaging",
                new Paging(
                        form.scheduledPlace() == null ? null : address(handler, null, place),
                        found.size() > shown.size()
                                ? address(handler, JobPlace.of(shown.get(SCHEDULED_ROWS - 1)), place)
                                : null,
                        shown.size() + " scheduled jobs"));
    }

    private static <T> List<T> shown(List<T> found, int most) {
        return found.subList(0, Math.min(found.size(), most));
    }

    private String address(@Nullable String handler, @Nullable JobPlace after, @Nullable JobPlace recurringAfter) {
        var address = UriComponentsBuilder.fromPath(path.below("/scheduled"));
        if (after != null) {
            address.queryParam("after", after.text());
        }
        if (recurringAfter != null) {
            address.queryParam("recurring", recurringAfter.text());
        }
        if (handler == null) {
            return address.toUriString();
        }
        return address.queryParam("handler", "{handler}")
                .encode()
                .buildAndExpand(handler)
                .toUriString();
    }
}
