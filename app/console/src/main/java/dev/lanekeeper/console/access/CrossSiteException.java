package dev.lanekeeper.console.access;

/** Another site has made a browser send a change; answered with 403. */
public final class CrossSiteException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    CrossSiteException(String origin) {
        super("The request was sent by another site: " + origin, null, false, false);
    }
}
