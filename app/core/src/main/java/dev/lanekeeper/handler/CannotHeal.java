package dev.lanekeeper.handler;

/** An attempt failed in a way that no further attempt can change; the item fails at once with the cause's class and stack. */
public final class CannotHeal extends Exception {

    private static final long serialVersionUID = 1L;

    public CannotHeal(Throwable cause) {
        super(cause.getMessage(), cause);
    }
}
