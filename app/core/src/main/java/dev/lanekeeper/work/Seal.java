package dev.lanekeeper.work;

import java.util.UUID;

/**
 * Encrypts content before it is written to the database, bound to the place where it lies, and opens it again.
 *
 * <p>Called by intakes, movers and workers on their threads, and by whoever writes an outbox entry; safe for all of them at
 * once.
 */
public interface Seal {

    /** Of an application without keys: seals nothing, and opens nothing. */
    Seal NONE = new Seal() {

        @Override
        public boolean sealsEntries() {
            return false;
        }

        @Override
        public Sealed seal(byte[] content, byte[] place) {
            throw new IllegalStateException("This application has no keyset; set lanekeeper.encryption.keyset");
        }

        @Override
        public byte[] open(Sealed sealed, byte[] place) throws KeyMissingException {
            throw new KeyMissingException(sealed.keyId(), "this application has no keyset");
        }

        @Override
        public UUID hash(String purpose, byte[] content) {
            throw new IllegalStateException("This application has no keyset; set lanekeeper.encryption.hash-keyset");
        }
    };

    /**
     * Content that only its key opens.
     *
     * @param keyId of the key, from 1 to 2^32 - 1
     */
    record Sealed(long keyId, byte[] bytes) {}

    /** Whether what entries of the outbox say is sealed. */
    boolean sealsEntries();

    /** @param place where it will lie: elsewhere it cannot be opened */
    Sealed seal(byte[] content, byte[] place);

    /**
     * @throws KeyMissingException if this application does not have the key, or has disabled it
     * @throws ForgedContentException if it is not what was sealed for this place
     */
    byte[] open(Sealed sealed, byte[] place) throws KeyMissingException, ForgedContentException;

    /** The same for equal content, and without the key nobody can tell of which. */
    UUID hash(String purpose, byte[] content);
}
