package dev.lanekeeper.run;

import dev.lanekeeper.work.ItemResult;
import dev.lanekeeper.work.Recorded;

/** How one handler call ended for the run. */
sealed interface Executed {

    /** Its result is to be recorded. */
    record Unrecorded(ItemResult result) implements Executed {}

    /** Its result was recorded in the handler's own transaction. */
    record Committed(ItemResult result, Recorded recorded) implements Executed {}

    /** The lane had another owner by then; the handler's transaction was rolled back. */
    record LaneLost(ItemResult result) implements Executed {}

    /** The database went away or refused to serialise; whether the result counts is found out by reading the lane again. */
    record Unknown(RuntimeException cause) implements Executed {}
}
