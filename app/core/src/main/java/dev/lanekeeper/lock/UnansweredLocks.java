package dev.lanekeeper.lock;

import dev.lanekeeper.lock.RedisClient.Hold;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What may stand in Redis although nobody here has it: it was to be taken, or to be freed, and no answer came. It is freed once
 * Redis answers again, rather than kept from others until its lease is over.
 *
 * <p>Each taking has an owner of its own, so that nothing is freed that was granted later. It is freed more than once, as what was asked
 * first may come last.
 */
final class UnansweredLocks {

    private final RedisClient redis;
    private final int times;
    private final Queue<Unanswered> all = new ConcurrentLinkedQueue<>();

    private record Unanswered(Hold hold, AtomicInteger tries) {}

    /** @param times how often each is freed, also if nobody answers that either */
    UnansweredLocks(RedisClient redis, int times) {
        this.redis = redis;
        this.times = times;
    }

    void add(List<Hold> holds) {
        holds.forEach(h -> all.add(new Unanswered(h, new AtomicInteger())));
    }

    /** Called by one thread, while Redis answers. */
    void free(int batch) {
        var left = List.copyOf(all);
        all.removeIf(one -> one.tries().incrementAndGet() >= times);
        for (var from = 0; from < left.size(); from += batch) {
            redis.free(left.subList(from, Math.min(left.size(), from + batch)).stream()
                    .map(Unanswered::hold)
                    .toList());
        }
    }

    int size() {
        return all.size();
    }

    void clear() {
        all.clear();
    }
}
