package dev.lanekeeper.dispatch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/**
 * Counts this node's workers: a run has one from before its lanes are claimed until it has ended, so JobRunr is never given
 * more runs than it has threads for. No handler gets more than its share.
 */
final class Workers {

    private final int total;
    private final IntUnaryOperator shares;
    private final Deque<Integer> free = new ArrayDeque<>();
    private final Map<Integer, Integer> running = new HashMap<>();

    /** @param shares how many workers a handler may have at once, by its number; asked each time, since people change it */
    Workers(int total, IntUnaryOperator shares) {
        this.total = total;
        this.shares = shares;
        for (var slot = 0; slot < total; slot++) {
            free.add(slot);
        }
    }

    int total() {
        return total;
    }

    synchronized int free() {
        return free.size();
    }

    synchronized int busy() {
        return total - free.size();
    }

    /** How many more runs of this handler may start now. */
    synchronized int allowed(int handlerId) {
        var share = shares.applyAsInt(handlerId) - running.getOrDefault(handlerId, 0);
        return Math.max(0, Math.min(free.size(), share));
    }

    /** Whether a person has lowered its share below what it has. */
    synchronized boolean hasTooMany(int handlerId) {
        return running.getOrDefault(handlerId, 0) > shares.applyAsInt(handlerId);
    }

    synchronized int running(int handlerId) {
        return running.getOrDefault(handlerId, 0);
    }

    /** Takes up to so many workers; each is known by its slot. */
    synchronized List<Integer> reserve(int handlerId, int wanted) {
        var slots = new ArrayList<Integer>();
        for (var count = Math.min(wanted, allowed(handlerId)); count > 0; count--) {
            slots.add(free.pop());
        }
        if (!slots.isEmpty()) {
            running.merge(handlerId, slots.size(), Integer::sum);
        }
        return slots;
    }

    synchronized void release(int handlerId, int slot) {
        free.push(slot);
        running.merge(handlerId, -1, Integer::sum);
    }
}
