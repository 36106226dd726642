package dev.lanekeeper.work;

/**
 * Is told when a step of the protocol is reached; tests halt, freeze or hold the process there.
 *
 * <p>Called on the thread and inside the transaction of the step. Production runs with {@link #NONE}.
 */
@FunctionalInterface
public interface Probe {

    Probe NONE = step -> {};

    void reached(Step step);

    /** The boundaries at which a process may die, in the order in which an event passes them. */
    enum Step {
        POLLED,
        STORE_BEGUN,
        STORE_LANES_LOCKED,
        STORE_INSERTED,
        STORE_BEFORE_COMMIT,
        STORE_COMMITTED,
        OFFSETS_COMMITTED,
        HANDED_OVER,
        CLAIM_BEFORE_COMMIT,
        CLAIMED,
        HANDLER_STARTED,
        HANDLER_ENDED,
        RECORD_BEGUN,
        RECORD_LANES_LOCKED,
        RECORD_BEFORE_COMMIT,
        RECORD_COMMITTED,
        RESCUE_NODE_DELETED,
        RESCUE_BEFORE_COMMIT
    }
}
