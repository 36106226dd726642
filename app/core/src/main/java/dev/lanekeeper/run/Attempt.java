package dev.lanekeeper.run;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.work.WaitingItem;
import dev.lanekeeper.work.WaitingItemSearch;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One attempt as its handler sees it. */
record Attempt(String handlerId, WaitingItem item, long fencingToken, Instant startedAt, WaitingItemSearch search)
        implements EventContext {

    @Override
    public long itemId() {
        return item.itemId();
    }

    @Override
    public int attempt() {
        return item.attempts() + 1;
    }

    @Override
    public @Nullable String resource() {
        return item.resource();
    }

    @Override
    public RawEvent event() {
        return item.event();
    }

    @Override
    public long overtakenBy() {
        return search.overtakenBy(item.laneId(), item.itemId());
    }
}
