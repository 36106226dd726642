package dev.lanekeeper.work;

import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A node without workers: hands nothing over. */
public class NoHandOver implements HandOver {

    @Override
    public Reservation reserve(int handlerId, int lanes) {
        return new Nothing();
    }

    @Override
    public int bundleSize(int handlerId) {
        return 10;
    }

    /** Sets no worker aside, and ignores what becomes of it. */
    static class Nothing implements Reservation {

        @Override
        public long nodeId() {
            return 0;
        }

        @Override
        public List<UUID> runs() {
            return List.of();
        }

        @Override
        public int pack() {
            return 1;
        }

        @Override
        public void save(List<UUID> runs) {}

        @Override
        public void start(Map<UUID, List<OwnedLane>> lanes) {}

        @Override
        public void release() {}
    }
}
