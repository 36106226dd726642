package dev.lanekeeper.handler;

import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.handler.LockRules.LockRule;
import dev.lanekeeper.handler.SharedRules.Written;
import dev.lanekeeper.work.UniqueRule;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/** What must hold between handlers of this process that share a lock: each says the same of it. */
final class SharedLocks {

    private static final String SAME_NUMBER =
            "Give the same number wherever this lock is named; what is another lock needs another name";
    private static final String SAME_RULE =
            "Give all handlers with acrossHandlers the same lock, limit and ttl, and THROTTLE to all of them or to none";

    private final Problems problems;

    SharedLocks(Problems problems) {
        this.problems = problems;
    }

    void check(List<Written> handlers) {
        checkNumbers(handlers);
        var across = handlers.stream().filter(SharedLocks::sharesKeys).toList();
        check(across, "lock", u -> u.policy() == null ? u.rule().lock() : null);
        check(across, "limit", u -> u.policy() == null ? u.rule().limit() : null);
        check(across, "ttl", u -> u.policy() == null ? ttl(u.rule()) : null);
        check(across, "onConflict", u -> u.strategy() == null ? conflict(u.rule()) : null);
    }

    private record Named(Written handler, LockRule lock) {

        private String name() {
            return lock.key() == null ? lock.prefix() : lock.prefix() + "(...)";
        }

        private String text() {
            var per = lock.per();
            return name()
                    + (lock.most() == 1 && per == null ? "" : "*" + lock.most())
                    + (per == null ? "" : "/" + DurationStyle.SIMPLE.print(per));
        }
    }

    /** Keys are known only in the run, so all locks of one name that have a key are taken for the same. */
    private void checkNumbers(List<Written> handlers) {
        var first = new HashMap<String, Named>();
        for (var handler : handlers) {
            for (var lock : handler.definition().locks().rules()) {
                var named = new Named(handler, lock);
                var other = LockOptions.isOfUnique(lock) ? null : first.putIfAbsent(named.name(), named);
                if (other != null && !other.text().equals(named.text())) {
                    problems.add(
                            handler.where(),
                            "its lock " + named.text() + " is " + other.text() + " in "
                                    + other.handler().where(),
                            SAME_NUMBER);
                }
            }
        }
    }

    private static boolean sharesKeys(Written handler) {
        var unique = handler.definition().unique();
        return unique != null && unique.rule().acrossHandlers();
    }

    private static String ttl(UniqueRule rule) {
        return rule.ttl() == null ? "none" : rule.ttl().toString();
    }

    /** What becomes of one too many is its handler's affair; but who throttles counts on all others to wait their turn. */
    private static String conflict(UniqueRule rule) {
        return rule.onConflict() == Conflict.THROTTLE ? "THROTTLE" : "any other";
    }

    /** @param said {@code null} where a bean says it for each item */
    private void check(List<Written> handlers, String what, Function<Uniqueness, @Nullable Object> said) {
        Map.Entry<Written, Object> first = null;
        for (var handler : handlers) {
            var unique = handler.definition().unique();
            var mine = unique == null ? null : said.apply(unique);
            if (mine == null) {
                continue;
            }
            if (first == null) {
                first = Map.entry(handler, mine);
            } else if (!first.getValue().equals(mine)) {
                problems.add(
                        handler.where(),
                        "its keys are also those of " + first.getKey().where() + ", but not its " + what + ": " + mine
                                + " beside " + first.getValue(),
                        SAME_RULE);
            }
        }
    }
}
