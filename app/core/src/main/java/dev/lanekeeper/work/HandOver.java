package dev.lanekeeper.work;

import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Gives lanes that are being stored to workers of this node that stand idle, so that nothing waits for a poll.
 *
 * <p>Implemented by the dispatch room.
 */
public interface HandOver {

    /** Sets workers aside for a batch of this handler, none if none is free; before the transaction begins. */
    Reservation reserve(int handlerId, int lanes);

    /** How many items without a resource may share a bundle of this handler, from 1. */
    int bundleSize(int handlerId);

    /** Of a node on which nothing runs. */
    HandOver NONE = new HandOver() {

        @Override
        public Reservation reserve(int handlerId, int lanes) {
            return new NoReservation();
        }

        @Override
        public int bundleSize(int handlerId) {
            return 1;
        }
    };

    /** Workers that were set aside; exactly one of {@link #start} and {@link #release} ends it. */
    interface Reservation {

        long nodeId();

        /** The ids of the runs that are to be, empty when no worker is free. */
        List<UUID> runs();

        /** How many lanes each run should get. */
        int pack();

        /** Saves the JobRunr jobs of these runs, in the caller's transaction. */
        void save(List<UUID> runs);

        /**
         * After the commit: the runs start, workers without lanes are free again.
         *
         * @param ready how many lanes were READY; when these runs got fewer, somebody is told that there are more
         */
        void start(Map<UUID, List<OwnedLane>> lanes, int ready);

        /** After a rollback: all are free again. */
        void release();
    }
}
