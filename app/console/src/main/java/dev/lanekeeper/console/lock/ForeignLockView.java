package dev.lanekeeper.console.lock;

import dev.lanekeeper.console.page.Moment;
import dev.lanekeeper.console.page.Times;
import dev.lanekeeper.lock.RemoteLocks.Owner;
import org.jspecify.annotations.Nullable;

/**
 * A lock of another application, as it is shown.
 *
 * @param owner in one or two words
 * @param id of the owner, in short; {@code null} when it is not known
 * @param wholeId the same, as it stands in Redis
 * @param firstAddress of the item that goes first, below the console's address
 */
public record ForeignLockView(
        String name,
        @Nullable String handler,
        String owner,
        @Nullable String id,
        @Nullable String wholeId,
        @Nullable Moment since,
        @Nullable Moment expires,
        long waiters,
        long first,
        String firstAddress) {

    private static final int SHORT = 8;

    static ForeignLockView of(ForeignLock lock, Times times) {
        var owner = lock.owner();
        return new ForeignLockView(
                lock.name(),
                lock.handler(),
                words(owner),
                owner == null ? null : brief(owner),
                owner == null ? null : owner.id(),
                times.moment(lock.since()),
                owner == null ? null : times.moment(owner.expires()),
                lock.waiters(),
                lock.first(),
                "/events/" + lock.first());
    }

    private static String words(@Nullable Owner owner) {
        return owner != null && owner.application() == null ? "another program" : "another application";
    }

    private static String brief(Owner owner) {
        var id = owner.application() == null ? owner.id() : owner.application();
        return id.length() <= SHORT ? id : id.substring(0, SHORT) + "…";
    }
}
