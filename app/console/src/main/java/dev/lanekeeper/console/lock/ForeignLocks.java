package dev.lanekeeper.console.lock;

import dev.lanekeeper.console.item.CappedCount;
import dev.lanekeeper.lock.RemoteLocks;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.LockPattern;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The locks in Redis that items wait for and another application has, and who that is as far as Redis tells. */
public final class ForeignLocks {

    /** Why none of them is released here. */
    public static final String RELEASED_THERE =
            "another application has this lock; it is released there, or is free when its lease is over";

    private final ForeignLockSearch search;
    private final Supplier<RemoteLocks> remote;

    public ForeignLocks(Database database, Supplier<RemoteLocks> remote) {
        this.search = new ForeignLockSearch(database);
        this.remote = remote;
    }

    /** A page of them, and where the next one begins. */
    public record ForeignLockPage(
            List<ForeignLock> rows, @Nullable LockPlace next) {}

    /** In the order of their names; from behind {@code after} on. Redis is asked once, after the database. */
    public ForeignLockPage page(LockPattern pattern, @Nullable LockPlace after, int limit) {
        var found = after == null ? search.rows(pattern, limit + 1) : search.rows(pattern, after, limit + 1);
        var rows = found.size() <= limit ? found : found.subList(0, limit);
        var last = found.size() <= limit ? null : rows.get(limit - 1);
        return new ForeignLockPage(
                withOwners(rows), last == null ? null : new LockPlace(last.name(), last.digest(), 0));
    }

    private List<ForeignLock> withOwners(List<ForeignLock> rows) {
        if (rows.isEmpty()) {
            return rows;
        }
        var owners = remote.get().owners(rows.stream().map(ForeignLock::name).toList());
        return rows.stream().map(row -> row.of(owners.get(row.name()))).toList();
    }

    /** How many there are. */
    public CappedCount count(LockPattern pattern) {
        return search.count(pattern);
    }

    /** Whether an item waits for this lock, and another application has it. */
    public boolean has(UUID digest) {
        return search.has(digest);
    }
}
