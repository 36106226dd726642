package dev.lanekeeper.run;

import java.time.Duration;

/** A handler call was interrupted since it took longer than the handler's {@code timeout}. */
public final class HandlerTimedOut extends Exception {

    private static final long serialVersionUID = 1L;

    HandlerTimedOut(String handlerId, Duration timeout, Throwable cause) {
        super("handler '" + handlerId + "' was interrupted after its timeout of " + timeout.toMillis() + " ms", cause);
    }
}
