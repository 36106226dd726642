package dev.lanekeeper.dispatch;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which handlers may have READY lanes that nobody has claimed, so that nobody asks the database in vain. A missed hint costs
 * a second at most: every node looks that often.
 */
final class Hints {

    private final Set<Integer> handlerIds;
    private final Set<Integer> hinted = ConcurrentHashMap.newKeySet();
    private final Map<Integer, Integer> asking = new ConcurrentHashMap<>();

    Hints(Set<Integer> handlerIds) {
        this.handlerIds = handlerIds;
    }

    void hint(int handlerId) {
        hinted.add(handlerId);
    }

    void hint(Collection<Integer> handlers) {
        hinted.addAll(handlers);
    }

    void hintAll() {
        hinted.addAll(handlerIds);
    }

    /** Before a claim: what is hinted at from now on is news. */
    boolean take(int handlerId) {
        return hinted.remove(handlerId);
    }

    /** Somebody asks the database now; until {@link #answered} nobody knows that there is nothing more. */
    void asks(int handlerId) {
        asking.merge(handlerId, 1, Integer::sum);
    }

    void answered(int handlerId) {
        asking.computeIfPresent(handlerId, (id, count) -> count == 1 ? null : count - 1);
    }

    boolean isBeingAsked(int handlerId) {
        return asking.containsKey(handlerId);
    }

    boolean isHinted(int handlerId) {
        return hinted.contains(handlerId);
    }
}
