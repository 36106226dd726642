package dev.lanekeeper.work;

import dev.lanekeeper.work.HandOver.Reservation;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** No worker was set aside, and none will be. */
class NoReservation implements Reservation {

    @Override
    public long nodeId() {
        return ItemChangeStore.NO_NODE;
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
    public void start(Map<UUID, List<OwnedLane>> lanes, int ready) {}

    @Override
    public void release() {}
}
