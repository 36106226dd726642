package dev.lanekeeper.intake.enqueue;

/** No node has ever had a handler of jobs with the id for which a job was to be enqueued. */
public final class NoJobHandlerException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    NoJobHandlerException(String message) {
        super(message);
    }
}
