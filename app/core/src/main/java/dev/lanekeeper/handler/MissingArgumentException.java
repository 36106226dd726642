package dev.lanekeeper.handler;

/** An event lacks what its handler's method must have; no further attempt can change that. */
public final class MissingArgumentException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    MissingArgumentException(String message) {
        super(message);
    }
}
