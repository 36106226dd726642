package dev.lanekeeper.dispatch;

import dev.lanekeeper.work.HandlerStore;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Which halves of which handlers a person has paused, as this node has last read it. */
public final class PausedHandlers {

    private final HandlerStore store;
    private final Set<Integer> handlerIds;
    private final Set<Integer> intakes = ConcurrentHashMap.newKeySet();
    private final Set<Integer> processing = ConcurrentHashMap.newKeySet();

    public PausedHandlers(HandlerStore store, Set<Integer> handlerIds) {
        this.store = store;
        this.handlerIds = handlerIds;
    }

    void refresh() {
        for (var paused : store.paused(handlerIds)) {
            change(intakes, paused.handlerId(), paused.intake());
            change(processing, paused.handlerId(), paused.processing());
        }
    }

    public boolean isIntakePaused(int handlerId) {
        return intakes.contains(handlerId);
    }

    public boolean isProcessingPaused(int handlerId) {
        return processing.contains(handlerId);
    }

    private static void change(Set<Integer> set, int handlerId, boolean paused) {
        if (paused) {
            set.add(handlerId);
        } else {
            set.remove(handlerId);
        }
    }
}
