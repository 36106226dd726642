package dev.lanekeeper.dispatch;

import dev.lanekeeper.dispatch.RunPlan.Seat;
import dev.lanekeeper.jobs.JobRunrServer;
import dev.lanekeeper.run.ActiveRun;
import dev.lanekeeper.run.ActiveRuns;
import dev.lanekeeper.work.OwnedLane;
import dev.lanekeeper.work.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Starts the runs whose lanes are committed; workers whose runs got none are free again. */
final class Launcher {

    private final ActiveRuns runs;
    private final Workers workers;
    private final JobRunrServer jobs;
    private final boolean here;

    private Launcher(ActiveRuns runs, Workers workers, JobRunrServer jobs, boolean here) {
        this.runs = runs;
        this.workers = workers;
        this.jobs = jobs;
        this.here = here;
    }

    Launcher(ActiveRuns runs, Workers workers, JobRunrServer jobs) {
        this(runs, workers, jobs, false);
    }

    /** One that lets the calling thread do what is due in these lanes, and no more. */
    Launcher toCaller() {
        return new Launcher(runs, workers, jobs, true);
    }

    void launch(long nodeId, Map<UUID, Seat> seats, Map<UUID, List<OwnedLane>> owned) {
        var starting = new ArrayList<UUID>();
        seats.forEach((runId, seat) -> {
            var lanes = owned.get(runId);
            if (lanes == null) {
                workers.release(seat.handlerId(), seat.slot());
            } else {
                var run = new ActiveRun(new Run(nodeId, runId), seat.handlerId(), seat.slot(), lanes);
                runs.add(here ? run.endingWithItsLanes() : run);
                starting.add(runId);
            }
        });
        if (!starting.isEmpty()) {
            (here ? jobs.perform(starting) : jobs.start(starting)).forEach(this::notStarted);
        }
    }

    /** The server stops at this moment: the node's heartbeat gives the lanes back, since no run in memory holds them. */
    private void notStarted(UUID runId) {
        var run = runs.find(runId);
        if (run != null) {
            runs.remove(run);
            workers.release(run.handlerId(), run.slot());
        }
    }
}
