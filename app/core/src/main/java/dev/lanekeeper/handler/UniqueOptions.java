package dev.lanekeeper.handler;

import dev.lanekeeper.api.ResourceResolver;
import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.handler.HandlerDefinition.Uniqueness;
import dev.lanekeeper.work.UniqueRule;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads which of a handler's items are the same, and what becomes of the second. */
final class UniqueOptions {

    private final Function<String, ResourceResolver> beans;

    /** @param beans gives the resolver bean of that name */
    UniqueOptions(Function<String, ResourceResolver> beans) {
        this.beans = beans;
    }

    @Nullable
    Uniqueness read(Options options) {
        UniqueRule rule = rule(options);
        return rule == null ? null : new Uniqueness(rule, key(options));
    }

    private static @Nullable UniqueRule rule(Options options) {
        if (options.find("uniqueLock") == null) {
            List.of("uniqueKey", "uniqueTtl", "uniqueLimit", "uniqueAcrossHandlers", "uniqueOnConflict").stream()
                    .filter(name -> options.find(name) != null)
                    .forEach(name ->
                            options.reject(name, "its jobs are not unique", "Give uniqueLock too, or remove it"));
            return null;
        }
        var lock = options.choice("uniqueLock", Lock.class, Lock.UNTIL_EXECUTED);
        var ttl = options.durationOrNone("uniqueTtl");
        if (lock == Lock.UNTIL_EXPIRED && ttl == null) {
            options.reject(
                    "uniqueLock",
                    "a lock that is held until it expires has no time to live",
                    "Give a ttl, such as 10m");
        }
        return new UniqueRule(
                lock,
                options.text("uniqueKey"),
                ttl,
                options.number("uniqueLimit", 1, 1),
                options.flag("uniqueAcrossHandlers", false),
                options.choice("uniqueOnConflict", Conflict.class, Conflict.LOG));
    }

    private ResourceResolver key(Options options) {
        return options.parse("uniqueKey", text -> Optional.of(ResourceExpression.parse(text, beans)))
                .orElse(event -> null);
    }
}
