package dev.lanekeeper.api.job;

/** A job was not enqueued since another holds its lock, and its handler wants that told so. */
public final class DuplicateJobException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final long duplicateOf;

    public DuplicateJobException(String handlerId, long duplicateOf) {
        super("The job for '" + handlerId + "' was not enqueued: job " + duplicateOf
                + " has the same key and is not finished; wait for it, or let onConflict say otherwise");
        this.duplicateOf = duplicateOf;
    }

    /** The item, or the scheduled job, that has the lock. */
    public long duplicateOf() {
        return duplicateOf;
    }
}
