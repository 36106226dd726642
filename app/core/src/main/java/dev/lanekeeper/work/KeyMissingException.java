package dev.lanekeeper.work;

/** Content is encrypted with a key that this application does not have; nothing is lost, and with the key it can be read. */
public final class KeyMissingException extends Exception {

    private static final long serialVersionUID = 1L;

    private final long keyId;

    public KeyMissingException(long keyId, String why) {
        super("The content is encrypted with key " + keyId + ", but " + why
                + "; add the key to lanekeeper.encryption.keyset, start again and retry");
        this.keyId = keyId;
    }

    public long keyId() {
        return keyId;
    }
}
