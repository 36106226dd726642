package dev.lanekeeper.secret;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.prf.PrfSet;
import dev.lanekeeper.work.ForgedContentException;
import dev.lanekeeper.work.KeyMissingException;
import dev.lanekeeper.work.Seal;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Seals with the primary key of a Tink keyset, and opens with whichever of its keys the content names. */
final class TinkSeal implements Seal {

    /** Where Tink writes the id of the key: behind one byte that says how it is written. */
    private static final int KEY_ID_AT = 1;

    private static final int HASH_BYTES = 16;

    private final Keys keys;
    private final @Nullable PrfSet hashes;
    private final boolean entries;

    /**
     * What opens content.
     *
     * @param enabled by the ids of all keys, whether the key may be used
     */
    record Keys(Aead aead, Map<Long, Boolean> enabled) {}

    /**
     * @param hashes {@code null} where no hash is needed
     * @param entries whether entries of the outbox are sealed
     */
    TinkSeal(Keys keys, @Nullable PrfSet hashes, boolean entries) {
        this.keys = keys;
        this.hashes = hashes;
        this.entries = entries;
    }

    @Override
    public boolean sealsEntries() {
        return entries;
    }

    @Override
    public Sealed seal(byte[] content, byte[] place) {
        try {
            var sealed = keys.aead().encrypt(content, place);
            return new Sealed(Integer.toUnsignedLong(ByteBuffer.wrap(sealed).getInt(KEY_ID_AT)), sealed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Content of " + content.length + " bytes could not be encrypted", e);
        }
    }

    @Override
    public byte[] open(Sealed sealed, byte[] place) throws KeyMissingException, ForgedContentException {
        var enabled = keys.enabled().get(sealed.keyId());
        if (enabled == null) {
            throw new KeyMissingException(sealed.keyId(), "the keyset of this application has only " + known());
        }
        if (!enabled) {
            throw new KeyMissingException(sealed.keyId(), "the keyset of this application has disabled it");
        }
        try {
            return keys.aead().decrypt(sealed.bytes(), place);
        } catch (GeneralSecurityException e) {
            throw new ForgedContentException(sealed.keyId());
        }
    }

    private String known() {
        return String.join(
                ", ",
                keys.enabled().keySet().stream().map(String::valueOf).sorted().toList());
    }

    @Override
    public UUID hash(String purpose, byte[] content) {
        if (hashes == null) {
            throw new IllegalStateException("There is no keyset for hashes; set lanekeeper.encryption.hash-keyset");
        }
        var input = new ByteArrayOutputStream();
        input.writeBytes(purpose.getBytes(StandardCharsets.UTF_8));
        input.write(0);
        input.writeBytes(content);
        try {
            var hash = ByteBuffer.wrap(hashes.computePrimary(input.toByteArray(), HASH_BYTES));
            return new UUID(hash.getLong(), hash.getLong());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("A hash could not be computed for " + purpose, e);
        }
    }
}
