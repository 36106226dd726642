package dev.lanekeeper.console.failure;

import dev.lanekeeper.console.item.Answers;
import dev.lanekeeper.console.item.CappedCount;
import dev.lanekeeper.console.item.FilterForm;
import dev.lanekeeper.console.item.HandlerNames;
import dev.lanekeeper.console.item.ItemDetailSearch;
import dev.lanekeeper.console.item.ItemOrder;
import dev.lanekeeper.console.item.ItemRow;
import dev.lanekeeper.console.item.ItemSearch;
import dev.lanekeeper.console.item.ItemState;
import dev.lanekeeper.console.item.ItemView;
import dev.lanekeeper.console.item.Shown;
import dev.lanekeeper.console.page.ConsolePath;
import dev.lanekeeper.console.page.Moment;
import dev.lanekeeper.console.page.Notice;
import dev.lanekeeper.console.page.Paging;
import dev.lanekeeper.console.page.Times;
import dev.lanekeeper.operations.ItemAnswer;
import dev.lanekeeper.operations.ItemOperations;
import java.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.servlet.view.RedirectView;

/** What has failed: the newest first, or by where it comes from. */
@Controller
public class FailuresPage {

    private static final int ROWS = 50;
    private static final int COUNTED_LATER = 20;

    private final ItemSearch items;
    private final ItemDetailSearch details;
    private final FailureGroupSearch groups;
    private final ItemOperations operations;
    private final HandlerNames handlers;
    private final Times times;
    private final ConsolePath path;

    public FailuresPage(
            ItemSearch items,
            ItemDetailSearch details,
            FailureGroupSearch groups,
            ItemOperations operations,
            HandlerNames handlers,
            Times times,
            ConsolePath path) {
        this.items = items;
        this.details = details;
        this.groups = groups;
        this.operations = operations;
        this.handlers = handlers;
        this.times = times;
        this.path = path;
    }

    /**
     * A row.
     *
     * @param later how many later items of its lane are done already; {@code null} for none
     */
    public record Row(ItemView item, @Nullable String later) {}

    @GetMapping("/failures")
    String failures(FilterForm form, Model model) {
        var filter = form.filter(ItemState.FAILURES);
        var page = items.page(filter, ItemOrder.FINISHED, form.place(), ROWS);
        var later =
                details.overtakenBy(page.rows().stream().map(ItemRow::itemId).toList(), COUNTED_LATER);
        var address = path.below("/failures");
        var next = page.next();
        model.addAttribute("form", form);
        model.addAttribute("handlers", handlers.all());
        model.addAttribute("total", items.count(filter, ItemOrder.FINISHED).toString());
        model.addAttribute("cutShort", page.cutShort());
        model.addAttribute(
                "rows", page.rows().stream().map(row -> row(row, later)).toList());
        model.addAttribute(
                "paging",
                new Paging(
                        form.place() == null ? null : form.address(address, null),
                        next == null ? null : form.address(address, next),
                        page.rows().size() + " rows"));
        return "lanekeeper/console/failures";
    }

    private Row row(ItemRow row, Map<Long, CappedCount> later) {
        var count = later.get(row.itemId());
        return new Row(ItemView.of(row, times), count == null || count.value() == 0 ? null : count.toString());
    }

    /** A group. */
    public record Group(
            @Nullable String fingerprint,
            String address,
            String count,
            @Nullable Moment first,
            @Nullable Moment last,
            String handler,
            long lastItem,
            @Nullable String message) {}

    @GetMapping("/failures/groups")
    String groups(Model model) {
        model.addAttribute(
                "groups",
                Stream.concat(groups.groups().stream(), groups.rejected().stream())
                        .map(this::group)
                        .toList());
        return "lanekeeper/console/failure-groups";
    }

    private Group group(FailureGroup group) {
        var form = group.fingerprint() == null
                ? new FilterForm("rejected", group.handler(), null, null, null, null, null, null, null)
                : new FilterForm(null, null, null, null, null, group.fingerprint(), null, null, null);
        return new Group(
                Shown.text(group.fingerprint()),
                form.address(path.below("/failures"), null),
                group.count().toString(),
                times.moment(group.first()),
                times.moment(group.last()),
                group.handler(),
                group.lastItem(),
                Shown.text(group.errorMessage()));
    }

    /**
     * What is done with those that were ticked.
     *
     * @param here the list to go back to, below the console's path
     */
    record Selection(
            @Nullable String verb,
            @Nullable List<Long> item,
            @Nullable String reason,
            @Nullable String here) {}

    @PostMapping("/failures/selection")
    RedirectView selection(Selection selection, Principal user, RedirectAttributes redirect) {
        var chosen = selection.item() == null ? List.<Long>of() : selection.item();
        var by = Answers.operator(user, selection.reason());
        var isRetry = "retry".equals(selection.verb());
        var answers = chosen.stream()
                .limit(ROWS)
                .map(id -> isRetry ? operations.retryFailure(id, by) : discard(id, user, selection.reason()))
                .toList();
        notice(isRetry ? "retried" : "discarded", answers).showNext(redirect);
        return path.redirect(here(selection.here()));
    }

    private ItemAnswer discard(long id, Principal user, @Nullable String reason) {
        return operations.discard(id, Answers.operator(user, reason));
    }

    private static Notice notice(String done, List<ItemAnswer> answers) {
        if (answers.isEmpty()) {
            return Notice.warn("Nothing was ticked.");
        }
        var changed = answers.stream().filter(Answers::isDone).count();
        var skipped = answers.stream()
                .filter(answer -> !Answers.isDone(answer))
                .collect(Collectors.groupingBy(Answers::skipped, TreeMap::new, Collectors.counting()));
        if (skipped.isEmpty()) {
            return Notice.ok(changed + " " + done + ".");
        }
        var reasons = skipped.entrySet().stream()
                .map(e -> e.getValue() + " skipped: " + e.getKey())
                .collect(Collectors.joining(", "));
        return Notice.warn(changed + " " + done + ", " + reasons + ".");
    }

    private static String here(@Nullable String here) {
        return here != null && here.startsWith("/failures") && !here.contains("..") ? here : "/failures";
    }
}
