package dev.lanekeeper.dispatch;

import dev.lanekeeper.dispatch.RunPlan.Seat;
import dev.lanekeeper.jobs.JobRunrServer;
import dev.lanekeeper.work.HandOver;
import dev.lanekeeper.work.OwnedLane;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Sets workers of this node aside for what an intake is about to store, and tells the others when they were not enough. */
final class WorkerHandOver implements HandOver {

    private final Workers workers;
    private final Pace pace;
    private final JobRunrServer jobs;
    private final Dispatcher dispatcher;
    private final Launcher launcher;
    private final NodeLife life;
    private final WakeUps wakeUps;

    /** What is set aside, and by whose leave. */
    record Means(
            Workers workers,
            Pace pace,
            JobRunrServer jobs,
            Dispatcher dispatcher,
            Launcher launcher,
            NodeLife life,
            WakeUps wakeUps) {

        /** With the calling thread in the place of each worker. */
        Means toCaller() {
            return new Means(workers, pace, jobs, dispatcher, launcher.toCaller(), life, wakeUps);
        }
    }

    WorkerHandOver(Means means) {
        this.workers = means.workers();
        this.pace = means.pace();
        this.jobs = means.jobs();
        this.dispatcher = means.dispatcher();
        this.launcher = means.launcher();
        this.life = means.life();
        this.wakeUps = means.wakeUps();
    }

    @Override
    public int bundleSize(int handlerId) {
        return pace.bundle(handlerId);
    }

    @Override
    public Reservation reserve(int handlerId, int lanes) {
        var allowed = dispatcher.isOpen() && dispatcher.mayRun(handlerId) ? workers.allowed(handlerId) : 0;
        var pack = pace.pack(handlerId, lanes, allowed);
        var seats = new LinkedHashMap<UUID, Seat>();
        if (allowed > 0) {
            for (int slot : workers.reserve(handlerId, Math.min(allowed, (lanes + pack - 1) / pack))) {
                seats.put(jobs.newRunId(), new Seat(handlerId, slot));
            }
        }
        return new Reserved(handlerId, pack, life.nodeId(), seats);
    }

    private final class Reserved implements Reservation {

        private final int handlerId;
        private final int pack;
        private final long nodeId;
        private final Map<UUID, Seat> seats;

        Reserved(int handlerId, int pack, long nodeId, Map<UUID, Seat> seats) {
            this.handlerId = handlerId;
            this.pack = pack;
            this.nodeId = nodeId;
            this.seats = seats;
        }

        @Override
        public long nodeId() {
            return nodeId;
        }

        @Override
        public List<UUID> runs() {
            return List.copyOf(seats.keySet());
        }

        @Override
        public int pack() {
            return pack;
        }

        @Override
        public void save(List<UUID> runs) {
            jobs.saveProcessing(runs);
        }

        @Override
        public void start(Map<UUID, List<OwnedLane>> owned, int ready) {
            launcher.launch(nodeId, seats, owned);
            var given = owned.values().stream().mapToInt(List::size).sum();
            if (given < ready) {
                dispatcher.starved(handlerId);
                wakeUps.announce();
            }
        }

        @Override
        public void release() {
            seats.values().forEach(s -> workers.release(s.handlerId(), s.slot()));
        }
    }
}
