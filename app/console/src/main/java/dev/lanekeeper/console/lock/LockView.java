package dev.lanekeeper.console.lock;

import dev.lanekeeper.console.lock.LockSearch.Happening;
import dev.lanekeeper.console.page.Moment;
import dev.lanekeeper.console.page.Times;
import org.jspecify.annotations.Nullable;

/**
 * A lock as it is shown.
 *
 * @param address of its own page, below the console's
 * @param holderAddress of the holder's page, below the console's
 * @param scheduled whether the holder is no item yet
 * @param holder in words
 * @param conflicts what lost to the holder, in words; {@code null} for nothing
 */
public record LockView(
        String address,
        String name,
        String type,
        boolean run,
        String handler,
        String holderAddress,
        boolean scheduled,
        String holder,
        @Nullable String node,
        int most,
        Moment since,
        @Nullable Moment expires,
        @Nullable Long token,
        long waiters,
        @Nullable String conflicts,
        @Nullable Moment lastConflict) {

    static LockView of(LockRow row, Times times) {
        var since = times.moment(row.since());
        if (since == null) {
            throw new IllegalStateException("a lock was taken at no time");
        }
        return new LockView(
                "/locks/" + row.side() + "/" + row.digest() + "/" + row.number(),
                row.name(),
                row.type(),
                row.token() != null,
                row.handler() == null ? "–" : row.handler(),
                (row.scheduled() ? "/scheduled/" : "/events/") + row.holder(),
                row.scheduled(),
                (row.scheduled() ? "scheduled job " : "") + row.holder() + (row.gone() ? ", finished" : ""),
                row.node() == null ? null : "node " + row.node(),
                row.most(),
                since,
                times.moment(row.expires()),
                row.token(),
                row.waiters(),
                row.conflicts() == 0 ? null : Long.toString(row.conflicts()),
                times.moment(row.lastConflict()));
    }

    /** Something that happened to a key, or to its holder. */
    public record HappeningView(
            String what,
            @Nullable Long job,
            long number,
            @Nullable Moment first,
            @Nullable Moment last,
            @Nullable String operator,
            @Nullable String reason) {

        public static HappeningView of(Happening happening, Times times) {
            return new HappeningView(
                    happening.what(),
                    happening.job(),
                    happening.number(),
                    times.moment(happening.first()),
                    times.moment(happening.last()),
                    happening.operator(),
                    happening.reason());
        }
    }
}
