package dev.lanekeeper.console.access;

import java.time.Duration;
import org.springframework.security.core.AuthenticationException;

/** Passwords were wrong too often, so this one was not looked at; answered with 429. */
final class TooManyTriesException extends AuthenticationException {

    private static final long serialVersionUID = 1L;

    private final long seconds;

    TooManyTriesException(Duration waiting) {
        super("Too many wrong passwords");
        this.seconds = waiting.toSeconds() + 1;
    }

    /** After how many seconds the next one is looked at. */
    long seconds() {
        return seconds;
    }
}
