package dev.lanekeeper.handler;

import dev.lanekeeper.api.ResourceResolver;
import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.handler.HandlerDefinition.JobSource;
import dev.lanekeeper.work.Recurrence;
import dev.lanekeeper.work.UniqueRule;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads how jobs of a handler come to be. */
final class JobSources {

    private static final String UTC = "UTC";

    private final Function<String, ResourceResolver> beans;

    /** @param beans gives the resolver bean of that name */
    JobSources(Function<String, ResourceResolver> beans) {
        this.beans = beans;
    }

    /** @param resolved whether code of the handler's says which resource a job belongs to */
    JobSource of(boolean resolved, Options options) {
        String resource = resolved ? RemoteResource.IN_CODE : options.text("resource");
        return new JobSource(resource, recurrence(options), unique(options), uniqueKey(options));
    }

    private static @Nullable Recurrence recurrence(Options options) {
        String zone = options.parse("zone", text -> Optional.of(Recurrence.zone(text)))
                .orElse(UTC);
        if (options.find("zone") != null && options.find("cron") == null) {
            options.reject("zone", "it recurs at no time, so it needs no time zone", "Give cron too, or remove it");
        }
        return options.parse("cron", text -> Optional.of(Recurrence.of(text, zone)))
                .orElse(null);
    }

    private static @Nullable UniqueRule unique(Options options) {
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

    private ResourceResolver uniqueKey(Options options) {
        return options.parse("uniqueKey", text -> Optional.of(ResourceExpression.parse(text, beans)))
                .orElse(event -> null);
    }
}
