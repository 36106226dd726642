package dev.lanekeeper.intake.kafka;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Logs an outage when it begins, once a minute while it lasts, and when it is over, however often it is noticed. */
final class Outage {

    private static final long REMINDER = Duration.ofMinutes(1).toNanos();

    private final Logger log;
    private final String what;
    private long since;
    private long logged;
    private @Nullable String reason;

    Outage(Logger log, String what) {
        this.log = log;
        this.what = what;
    }

    synchronized void noticed(String cause) {
        var now = System.nanoTime();
        if (reason == null) {
            since = now;
            logged = now;
            log.warn("{}; tried again until it succeeds reason={}", what, cause);
        } else if (now - logged > REMINDER) {
            logged = now;
            log.warn("{}; still tried after {} s reason={}", what, seconds(now), cause);
        }
        reason = cause;
    }

    synchronized void over() {
        if (reason != null) {
            log.info("{}: over after {} s", what, seconds(System.nanoTime()));
            reason = null;
        }
    }

    synchronized @Nullable String reason() {
        return reason;
    }

    private long seconds(long now) {
        return Duration.ofNanos(now - since).toSeconds();
    }

    /** The exception and its innermost cause on one line. */
    static String line(Throwable e) {
        var root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root == e ? e.toString() : e.getClass().getSimpleName() + " <- " + root;
    }
}
