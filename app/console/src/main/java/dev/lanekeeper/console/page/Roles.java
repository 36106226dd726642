package dev.lanekeeper.console.page;

/** The two roles of the console; Spring Security puts {@code ROLE_} before them. */
public final class Roles {

    /** Sees everything. */
    public static final String VIEWER = "LANEKEEPER_VIEWER";

    /** Also changes things. */
    public static final String OPERATOR = "LANEKEEPER_OPERATOR";

    private Roles() {}
}
