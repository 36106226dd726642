package dev.lanekeeper.console.lane;

import dev.lanekeeper.console.item.Answers;
import dev.lanekeeper.console.item.ItemSearch;
import dev.lanekeeper.console.item.ItemState;
import dev.lanekeeper.console.item.ItemView;
import dev.lanekeeper.console.page.ConsolePath;
import dev.lanekeeper.console.page.NotFoundException;
import dev.lanekeeper.console.page.Notice;
import dev.lanekeeper.console.page.Times;
import dev.lanekeeper.operations.ItemAnswer;
import dev.lanekeeper.operations.ItemOperations;
import dev.lanekeeper.operations.LaneAnswer;
import dev.lanekeeper.operations.LaneOperations;
import dev.lanekeeper.operations.Operator;
import java.security.Principal;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.servlet.view.RedirectView;

/** One lane: its head, what waits behind it, and what a person may do with both. */
@Controller
public class LaneDetailPage {

    private static final int ROWS = 50;

    private final LaneListSearch lanes;
    private final ItemSearch items;
    private final ItemOperations itemOperations;
    private final LaneOperations laneOperations;
    private final Times times;
    private final ConsolePath path;

    public LaneDetailPage(
            LaneListSearch lanes,
            ItemSearch items,
            ItemOperations itemOperations,
            LaneOperations laneOperations,
            Times times,
            ConsolePath path) {
        this.lanes = lanes;
        this.items = items;
        this.itemOperations = itemOperations;
        this.laneOperations = laneOperations;
        this.times = times;
        this.path = path;
    }

    @GetMapping("/lanes/{id}")
    String lane(@PathVariable String id, Model model) {
        var laneId = laneId(id);
        var row = lanes.find(laneId).orElseThrow(LaneDetailPage::unknown);
        model.addAttribute("lane", LaneView.of(row, times));
        model.addAttribute(
                "items",
                items.rows(lanes.firstItems(laneId, ROWS)).stream()
                        .map(item -> ItemView.of(item, times))
                        .toList());
        return "lanekeeper/console/lane";
    }

    /**
     * What is done with a lane, or with the item at its head.
     *
     * @param item the head that the person saw: another one is left alone
     */
    record Wish(@Nullable Long item, @Nullable String reason) {}

    @PostMapping("/lanes/{id}/head/retry")
    RedirectView retry(@PathVariable String id, Wish wish, Principal user, RedirectAttributes redirect) {
        return onHead(id, wish, redirect, item -> {
            var by = Answers.operator(user, wish.reason());
            return isFailure(item) ? itemOperations.retryFailure(item, by) : itemOperations.retry(item, by);
        });
    }

    /** The item that parked a lane stands at its head no more: it is a failure. */
    private boolean isFailure(long item) {
        return items.find(item)
                .filter(row -> ItemState.FAILURES.contains(row.state()))
                .isPresent();
    }

    @PostMapping("/lanes/{id}/head/discard")
    RedirectView discard(@PathVariable String id, Wish wish, Principal user, RedirectAttributes redirect) {
        return onHead(id, wish, redirect, item -> itemOperations.discard(item, Answers.operator(user, wish.reason())));
    }

    @FunctionalInterface
    private interface Step {
        ItemAnswer on(long item);
    }

    private RedirectView onHead(String id, Wish wish, RedirectAttributes redirect, Step step) {
        var item = wish.item();
        var row = lanes.find(laneId(id)).orElse(null);
        if (item == null || row == null || !(item.equals(row.head()) || item.equals(row.parkedItem()))) {
            Notice.warn("Nothing was changed: another event stands at the head of the lane by now.")
                    .showNext(redirect);
        } else {
            Answers.notice("Event " + item, step.on(item)).showNext(redirect);
        }
        return back(id);
    }

    @PostMapping("/lanes/{id}/park")
    RedirectView park(@PathVariable String id, Wish wish, Principal user, RedirectAttributes redirect) {
        notice(laneOperations.park(laneId(id), operator(user, wish))).showNext(redirect);
        return back(id);
    }

    @PostMapping("/lanes/{id}/unpark")
    RedirectView unpark(@PathVariable String id, Wish wish, Principal user, RedirectAttributes redirect) {
        notice(laneOperations.unpark(laneId(id), operator(user, wish))).showNext(redirect);
        return back(id);
    }

    private static Operator operator(Principal user, Wish wish) {
        return Answers.operator(user, wish.reason());
    }

    private static Notice notice(LaneAnswer answer) {
        return switch (answer) {
            case PARKED -> Notice.ok("The lane is parked; what arrives queues.");
            case REQUESTED -> Notice.ok("The lane is parked after the event that is being handled.");
            case UNPARKED -> Notice.ok("The lane goes on.");
            case NOT_FOUND -> Notice.warn("Nothing was changed: nothing waits in this lane any more.");
            case ALREADY_PARKED -> Notice.warn("Nothing was changed: somebody else has parked it.");
            case NOT_PARKED -> Notice.warn("Nothing was changed: it is not parked.");
        };
    }

    /** To the lane, or to the list when it is no more. */
    private RedirectView back(String id) {
        var laneId = laneId(id);
        return path.redirect(lanes.find(laneId).isPresent() ? "/lanes/" + laneId : "/lanes");
    }

    private static UUID laneId(String id) {
        try {
            if (id.length() == 36) {
                return UUID.fromString(id);
            }
        } catch (IllegalArgumentException e) {
            // No lane has such a name.
        }
        throw unknown();
    }

    private static NotFoundException unknown() {
        return new NotFoundException(
                "Nothing waits in this lane",
                "A lane exists while it has unfinished events: this one has been drained.");
    }
}
