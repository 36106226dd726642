package dev.lanekeeper.intake.kafka;

import dev.lanekeeper.work.HandOver;
import dev.lanekeeper.work.OwnedLane;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A node without workers. */
final class NoHandOver implements HandOver {

    @Override
    public Reservation reserve(int handlerId, int lanes) {
        return new NoReservation();
    }

    @Override
    public int bundleSize(int handlerId) {
        return 10;
    }

    private static final class NoReservation implements Reservation {

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
