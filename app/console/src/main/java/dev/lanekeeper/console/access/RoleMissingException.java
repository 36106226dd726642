package dev.lanekeeper.console.access;

/** Somebody who is signed in may not do this; answered with 403 and the name of the role. */
public final class RoleMissingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String role;

    RoleMissingException(String role) {
        super("The role " + role + " is missing", null, false, false);
        this.role = role;
    }

    public String role() {
        return role;
    }
}
