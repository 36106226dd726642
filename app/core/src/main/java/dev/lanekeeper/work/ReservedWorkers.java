package dev.lanekeeper.work;

import dev.lanekeeper.work.HandOver.Reservation;
import dev.lanekeeper.work.LaneStore.Addition;
import dev.lanekeeper.work.LaneStore.Assignment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** The workers that are set aside for one try to store work of several handlers, which is known only within the transaction. */
final class ReservedWorkers {

    private final Map<Integer, Reservation> reservations = new LinkedHashMap<>();
    private final Map<UUID, Integer> handlers = new HashMap<>();
    private final Map<Integer, Integer> readyByHandler = new HashMap<>();
    private final HandOver handOver;
    private final LaneStore lanes;
    private final NodeStore nodes;

    ReservedWorkers(HandOver handOver, LaneStore lanes, NodeStore nodes) {
        this.handOver = handOver;
        this.lanes = lanes;
        this.nodes = nodes;
    }

    void reserve(List<Addition> additions) {
        var lanesByHandler = new LinkedHashMap<Integer, Integer>();
        additions.forEach(a -> {
            lanesByHandler.merge(a.handlerId(), 1, Integer::sum);
            handlers.put(a.laneId(), a.handlerId());
        });
        lanesByHandler.forEach((handler, count) -> reservations.put(handler, handOver.reserve(handler, count)));
    }

    Map<UUID, List<OwnedLane>> own(List<UUID> ready) {
        var owned = new HashMap<UUID, List<OwnedLane>>();
        var byHandler = ready.stream().collect(Collectors.groupingBy(handlers::get));
        byHandler.forEach((handler, laneIds) -> {
            readyByHandler.merge(handler, laneIds.size(), Integer::sum);
            var reservation = reservations.get(handler);
            if (reservation != null && !reservation.runs().isEmpty() && nodes.holdAlive(reservation.nodeId())) {
                var assigned = own(reservation, ItemStorer.assign(laneIds, reservation));
                reservation.save(List.copyOf(assigned.keySet()));
                owned.putAll(assigned);
            }
        });
        return owned;
    }

    private Map<UUID, List<OwnedLane>> own(Reservation reservation, List<Assignment> assignments) {
        var owned = new HashMap<UUID, List<OwnedLane>>();
        lanes.own(reservation.nodeId(), assignments)
                .forEach(o ->
                        owned.computeIfAbsent(o.runId(), r -> new ArrayList<>()).add(o.lane()));
        return owned;
    }

    /** After the commit. */
    void start(Map<UUID, List<OwnedLane>> owned) {
        reservations.forEach((handler, reservation) -> {
            var its = new HashMap<UUID, List<OwnedLane>>();
            reservation.runs().forEach(run -> {
                var given = owned.get(run);
                if (given != null) {
                    its.put(run, given);
                }
            });
            reservation.start(its, readyByHandler.getOrDefault(handler, 0));
        });
        reservations.clear();
    }

    void release() {
        reservations.values().forEach(Reservation::release);
        reservations.clear();
        handlers.clear();
        readyByHandler.clear();
    }
}
