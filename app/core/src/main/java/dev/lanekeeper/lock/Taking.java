package dev.lanekeeper.lock;

import dev.lanekeeper.lock.RedisClient.Hold;
import dev.lanekeeper.lock.RedisClient.Lock;
import dev.lanekeeper.lock.RemoteLocks.Answer;
import dev.lanekeeper.work.LockNeed;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * One request for locks, whatever it is answered.
 *
 * @param owner that it alone has
 * @param sentNanos when it was asked
 * @param locks those of the needs, in their order
 */
record Taking(long holder, String owner, long sentNanos, List<LockNeed> needs, List<Lock> locks) {

    private static final Duration ON_ITS_WAY = Duration.ofMillis(200);

    List<Hold> holds(long token, Predicate<Lock> which) {
        return locks.stream().filter(which).map(l -> new Hold(owner, l, token)).toList();
    }

    /** @param said as {@link RedisScripts#TAKE} answers when others have some of them */
    Answer busy(List<Long> said) {
        var places = said.stream().skip(2).toList();
        var busy = places.stream().map(n -> needs.get((int) Math.abs(n) - 1)).toList();
        var elsewhere = places.stream()
                .filter(n -> n > 0)
                .map(n -> needs.get(n.intValue() - 1))
                .collect(Collectors.toSet());
        var comes = Duration.ofMillis(Math.max(1, said.get(1)));
        if (busy.stream().allMatch(LockNeed::isRate)) {
            return new Answer.Busy(busy, elsewhere, comes);
        }
        var look = elsewhere.isEmpty() ? ON_ITS_WAY : RedissonLocks.LOOK;
        return new Answer.Busy(busy, elsewhere, comes.compareTo(look) < 0 ? comes : look);
    }
}
