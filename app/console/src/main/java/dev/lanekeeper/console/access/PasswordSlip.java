package dev.lanekeeper.console.access;

import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;

/**
 * Hands out the random password: once, to standard output and never to a log, when the application is ready and the line is
 * easily found.
 */
public final class PasswordSlip {

    private final OwnUsers users;
    private boolean printed;

    public PasswordSlip(OwnUsers users) {
        this.users = users;
    }

    @EventListener(ApplicationReadyEvent.class)
    synchronized void print() {
        if (users.generatedPassword() != null && !printed) {
            printed = true;
            System.out.printf(
                    "%nLanekeeper console: sign in as operator with %s%n"
                            + "(new at each start; set lanekeeper.console.users.<name>.password to choose one)%n%n",
                    users.generatedPassword());
        }
    }
}
