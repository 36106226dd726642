package dev.lanekeeper.dispatch;

import dev.lanekeeper.jobs.JobRunrServer;
import dev.lanekeeper.work.LaneClaimer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Which run gets which of the lanes that a claim has found: handlers in turn, those with the fewest runs first, as many runs
 * as there are workers for. Saves the runs' jobs in the transaction of the claim.
 */
final class RunPlan implements LaneClaimer.Distribution {

    private final Workers workers;
    private final Pace pace;
    private final JobRunrServer jobs;
    private final Map<UUID, Seat> seats = new LinkedHashMap<>();
    private final Set<Integer> more = new HashSet<>();

    /** A worker that is reserved for a run. */
    record Seat(int handlerId, int slot) {}

    RunPlan(Workers workers, Pace pace, JobRunrServer jobs) {
        this.workers = workers;
        this.pace = pace;
        this.jobs = jobs;
    }

    @Override
    public Map<UUID, List<UUID>> lanesByRun(Map<Integer, List<UUID>> readyByHandler) {
        release();
        more.clear();
        var queues = new ArrayList<Queue>();
        readyByHandler.forEach((handler, lanes) -> queues.add(new Queue(handler, lanes)));
        queues.sort(Comparator.comparingInt(q -> workers.running(q.handlerId)));
        var lanesByRun = new LinkedHashMap<UUID, List<UUID>>();
        var found = true;
        while (found) {
            found = false;
            for (var queue : queues) {
                found |= seat(queue, lanesByRun);
            }
        }
        queues.stream().filter(q -> !q.isEmpty()).forEach(q -> more.add(q.handlerId));
        jobs.saveProcessing(lanesByRun.keySet());
        return lanesByRun;
    }

    private boolean seat(Queue queue, Map<UUID, List<UUID>> lanesByRun) {
        if (queue.isEmpty()) {
            return false;
        }
        var slots = workers.reserve(queue.handlerId, 1);
        if (slots.isEmpty()) {
            return false;
        }
        var run = jobs.newRunId();
        seats.put(run, new Seat(queue.handlerId, slots.get(0)));
        lanesByRun.put(run, queue.take());
        return true;
    }

    /** The workers of the runs, by run. */
    Map<UUID, Seat> reserved() {
        return seats;
    }

    /** Handlers that may have more READY lanes than were given away. */
    Set<Integer> more() {
        return more;
    }

    void release() {
        seats.values().forEach(s -> workers.release(s.handlerId(), s.slot()));
        seats.clear();
    }

    /** The lanes of one handler, handed out in packs. */
    private final class Queue {

        private final int handlerId;
        private final List<UUID> lanes;
        private final int pack;
        private int next;

        Queue(int handlerId, List<UUID> lanes) {
            this.handlerId = handlerId;
            this.lanes = lanes;
            this.pack = pace.pack(handlerId, lanes.size(), workers.allowed(handlerId));
            if (lanes.size() >= pace.most(handlerId)) {
                more.add(handlerId);
            }
        }

        boolean isEmpty() {
            return next >= lanes.size();
        }

        List<UUID> take() {
            var taken = lanes.subList(next, Math.min(lanes.size(), next + pack));
            next += taken.size();
            return taken;
        }
    }
}
