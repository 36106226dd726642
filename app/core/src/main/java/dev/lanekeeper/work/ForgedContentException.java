package dev.lanekeeper.work;

/** Encrypted content is not what was stored in its place: somebody or something has changed it since. */
public final class ForgedContentException extends Exception {

    private static final long serialVersionUID = 1L;

    public ForgedContentException(long keyId) {
        super("The content, encrypted with key " + keyId
                + ", is not what was stored here: it was changed, or belongs elsewhere; it is not handled");
    }
}
