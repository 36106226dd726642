package dev.lanekeeper.lock;

import dev.lanekeeper.work.LockNeed;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Nothing is shared with other applications. */
final class NoRemoteLocks implements RemoteLocks {

    @Override
    public Answer take(long holder, long token, List<LockNeed> needs) {
        return new Answer.Without();
    }

    @Override
    public Set<Long> lost(Collection<Long> holders) {
        return Set.of();
    }

    @Override
    public void freeNamed(Collection<Long> holders) {}

    @Override
    public void free(Collection<Long> holders) {}

    @Override
    public void keepOnly(Set<Long> holders) {}

    @Override
    public void await(String name) {}

    @Override
    public Map<String, Owner> owners(Collection<String> names) {
        return Map.of();
    }

    @Override
    public boolean isUsed() {
        return false;
    }

    @Override
    public Status status() {
        return new Status(null, 0, 0, 0, 0);
    }

    @Override
    public void close() {}
}
