package dev.lanekeeper.run;

import dev.lanekeeper.work.OwnedLane;
import dev.lanekeeper.work.Recorded;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Where runs get lanes from; implemented by the dispatch room, called on the worker's thread. */
public interface RunSupply {

    /** A run that somebody else has started, in JobRunr's dashboard say: lanes for it if there are any, else null. */
    @Nullable
    ActiveRun adopt(UUID runId);

    /** The next pack for a run that has drained its own; empty to end it. */
    List<OwnedLane> next(ActiveRun run);

    /** Whether this node has that handler and nobody has paused it. */
    boolean mayRun(int handlerId);

    /** Whether others should have this worker, or the node stops: the run gives its lanes back after the current chunk. */
    boolean shouldYield(ActiveRun run);

    /** What became of lanes: some wait for a due time now, some may be claimed by anybody. */
    void settled(Recorded recorded);

    /** How long one call of a handler took. */
    void measured(int handlerId, long nanos);

    /** The run is over: its worker is free. */
    void ended(ActiveRun run);
}
