package dev.lanekeeper.console.lock;

import dev.lanekeeper.console.item.Answers;
import dev.lanekeeper.console.lock.LockView.HappeningView;
import dev.lanekeeper.console.page.ConsolePath;
import dev.lanekeeper.console.page.NotFoundException;
import dev.lanekeeper.console.page.Notice;
import dev.lanekeeper.console.page.Paging;
import dev.lanekeeper.console.page.Times;
import dev.lanekeeper.operations.LockAnswer;
import dev.lanekeeper.operations.LockOperations;
import dev.lanekeeper.work.LockPattern;
import java.security.Principal;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.servlet.view.RedirectView;
import org.springframework.web.util.UriComponentsBuilder;

/** What is locked, and how a person takes a lock away. */
@Controller
public class LocksPage {

    private static final int ROWS = 50;
    private static final String RUN = "run";

    private final LockSearch locks;
    private final ForeignLocks foreign;
    private final LockOperations operations;
    private final Times times;
    private final ConsolePath path;

    public LocksPage(LockSearch locks, ForeignLocks foreign, LockOperations operations, Times times, ConsolePath path) {
        this.locks = locks;
        this.foreign = foreign;
        this.operations = operations;
        this.times = times;
        this.path = path;
    }

    @GetMapping("/locks")
    String locks(
            @RequestParam(defaultValue = "") String pattern,
            @RequestParam(defaultValue = "") String after,
            Model model) {
        var wanted = pattern(pattern);
        var place = LockPlace.parse(after).orElse(null);
        var found = locks.page(wanted, place, ROWS);
        var next = found.next();
        model.addAttribute("pattern", wanted.text());
        model.addAttribute("count", locks.count(wanted).toString());
        model.addAttribute("starts", locks.hasStarts(wanted));
        model.addAttribute("first", place == null);
        model.addAttribute(
                "rows",
                found.rows().stream().map(row -> LockView.of(row, times)).toList());
        model.addAttribute(
                "paging",
                new Paging(
                        place == null ? null : address(wanted, null),
                        next == null ? null : address(wanted, next),
                        found.rows().size() + " locks"));
        addForeign(wanted, model);
        return "lanekeeper/console/locks";
    }

    private void addForeign(LockPattern wanted, Model model) {
        var page = foreign.page(wanted, null, ROWS);
        model.addAttribute(
                "foreign",
                page.rows().stream()
                        .map(lock -> ForeignLockView.of(lock, times))
                        .toList());
        model.addAttribute(
                "foreignCount",
                page.next() == null ? null : foreign.count(wanted).toString());
    }

    private static LockPattern pattern(String text) {
        return new LockPattern(text.replace("\0", "").strip());
    }

    private String address(LockPattern pattern, @Nullable LockPlace after) {
        var address = UriComponentsBuilder.fromPath(path.below("/locks"));
        if (after != null) {
            address.queryParam("after", after.text());
        }
        return address.queryParam("pattern", "{pattern}")
                .encode()
                .buildAndExpand(pattern.text())
                .toUriString();
    }

    @GetMapping("/locks/{side}/{digest}/{number}")
    String lock(@PathVariable String side, @PathVariable String digest, @PathVariable String number, Model model) {
        var row = locks.find(side, uuid(digest), number(number)).orElse(null);
        if (row == null) {
            return key(locks.key(uuid(digest)).orElseThrow(LocksPage::unknown), model);
        }
        model.addAttribute("lock", LockView.of(row, times));
        model.addAttribute("history", history(row.digest(), row.name()));
        return "lanekeeper/console/lock";
    }

    /** Whoever had it has it no more; what happened to it is there. */
    private String key(LockSearch.Key key, Model model) {
        model.addAttribute("name", key.name());
        model.addAttribute(
                "holders",
                key.holders().stream().map(row -> LockView.of(row, times)).toList());
        model.addAttribute("history", history(key.digest(), key.name()));
        return "lanekeeper/console/lock-key";
    }

    private List<HappeningView> history(UUID digest, String name) {
        return locks.history(digest, name).stream()
                .map(h -> HappeningView.of(h, times))
                .toList();
    }

    @PostMapping("/locks/{side}/{digest}/{number}/release")
    RedirectView release(
            @PathVariable String side,
            @PathVariable String digest,
            @PathVariable String number,
            @RequestParam(defaultValue = "") String reason,
            Principal user,
            RedirectAttributes redirect) {
        var by = Answers.operator(user, reason);
        var answer = side.equals(RUN)
                ? operations.releaseRunLock(uuid(digest), number(number), by)
                : operations.releaseEnqueueLock(uuid(digest), number(number), by);
        var notice =
                answer == LockAnswer.RELEASED ? Notice.ok("The lock is released.") : Notice.warn(why(uuid(digest)));
        notice.showNext(redirect);
        return path.redirect("/locks");
    }

    private String why(UUID digest) {
        return "Nothing was changed: "
                + (foreign.has(digest) ? ForeignLocks.RELEASED_THERE : "nobody has this lock any more") + ".";
    }

    @PostMapping("/locks/release")
    RedirectView releaseAll(
            @RequestParam(defaultValue = "") String pattern,
            @RequestParam(defaultValue = "") String reason,
            Principal user,
            RedirectAttributes redirect) {
        var wanted = pattern(pattern);
        var released = operations.releaseAll(wanted, Answers.operator(user, reason));
        var notice = released == 0
                ? Notice.warn("Nothing was changed: no lock matches.")
                : Notice.ok(released == 1 ? "One lock is released." : released + " locks are released.");
        notice.showNext(redirect);
        return new RedirectView(address(wanted, null));
    }

    private static UUID uuid(String text) {
        try {
            if (text.length() == 36) {
                return UUID.fromString(text);
            }
        } catch (IllegalArgumentException e) {
            // No lock has such a name.
        }
        throw unknown();
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
                "Nobody has this lock", "It ended with its holder, and nothing is known of what happened to it.");
    }
}
