package dev.lanekeeper.console.page;

/** The roles of the console; Spring Security puts {@code ROLE_} before them. */
public final class Roles {

    /** Sees everything. */
    public static final String VIEWER = "LANEKEEPER_VIEWER";

    /** Also changes things. */
    public static final String OPERATOR = "LANEKEEPER_OPERATOR";

    /** Also sees in plain text what is encrypted; added to one of the others, and each look is written down. */
    public static final String DECRYPTOR = "LANEKEEPER_DECRYPTOR";

    private Roles() {}
}
