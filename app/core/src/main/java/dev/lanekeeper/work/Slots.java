package dev.lanekeeper.work;

import java.util.BitSet;

/** Keeps the tally rows of concurrent writers of a node apart: no two have the same slot at the same time. */
final class Slots {

    private static final int MOST = 10_000;

    private final int first;
    private final BitSet taken = new BitSet();

    Slots(int first) {
        this.first = first;
    }

    synchronized int take() {
        // Beyond so many writers some share a slot, and wait for each other's commit.
        var slot = taken.nextClearBit(0) % MOST;
        taken.set(slot);
        return first + slot;
    }

    synchronized void giveBack(int slot) {
        taken.clear(slot - first);
    }
}
