package dev.lanekeeper.secret;

import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeyStatus;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import com.google.crypto.tink.prf.PredefinedPrfParameters;
import com.google.crypto.tink.prf.PrfConfig;
import java.security.GeneralSecurityException;

/** Keysets as users would make them, in Tink's JSON. */
public final class TestKeysets {

    private TestKeysets() {}

    /** With one key of this id. */
    public static String aead(int keyId) {
        return json(with(keyId, KeysetHandle.newBuilder()));
    }

    /** The keys of another keyset, and before them a new primary one. */
    public static String rotated(String keyset, int keyId) {
        return json(with(keyId, KeysetHandle.newBuilder(parse(keyset))));
    }

    /** The same keys, and the primary one may not be used. */
    public static String withoutItsPrimary(String keyset) {
        return keyset.replace("ENABLED", "DISABLED");
    }

    /** Keys that write no id. */
    public static String raw() {
        register();
        try {
            return json(KeysetHandle.newBuilder()
                    .addEntry(KeysetHandle.generateEntryFromParametersName("AES256_GCM_RAW")
                            .withFixedId(9)
                            .makePrimary()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static String prf() {
        register();
        return json(KeysetHandle.newBuilder()
                .addEntry(KeysetHandle.generateEntryFromParameters(PredefinedPrfParameters.HMAC_SHA256_PRF)
                        .withRandomId()
                        .makePrimary()));
    }

    private static KeysetHandle.Builder with(int keyId, KeysetHandle.Builder builder) {
        register();
        return builder.addEntry(KeysetHandle.generateEntryFromParameters(PredefinedAeadParameters.AES256_GCM)
                .withFixedId(keyId)
                .setStatus(KeyStatus.ENABLED)
                .makePrimary());
    }

    private static void register() {
        try {
            AeadConfig.register();
            PrfConfig.register();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeysetHandle parse(String keyset) {
        try {
            return TinkJsonProtoKeysetFormat.parseKeyset(keyset, InsecureSecretKeyAccess.get());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String json(KeysetHandle.Builder builder) {
        try {
            return TinkJsonProtoKeysetFormat.serializeKeyset(builder.build(), InsecureSecretKeyAccess.get());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
