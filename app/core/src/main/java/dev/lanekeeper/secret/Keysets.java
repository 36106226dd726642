package dev.lanekeeper.secret;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeyStatus;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.prf.PrfConfig;
import com.google.crypto.tink.prf.PrfSet;
import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import dev.lanekeeper.work.Seal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.ResourceLoader;

/** Reads Tink keysets once at the start, and tells everything that is wrong with them. */
public final class Keysets {

    private static final String KEYSET = "lanekeeper.encryption.keyset";
    private static final String HASH_KEYSET = "lanekeeper.encryption.hash-keyset";

    private static final Pattern LOCATION = Pattern.compile("(file|classpath|https?):\\S{1,500}");
    private static final String WHERE =
            "Write where the keyset is, such as file:/run/secrets/keyset.json, or the keyset itself";

    private final ResourceLoader resources;
    private final List<Problem> problems;

    /** @param problems gets what is wrong */
    public Keysets(ResourceLoader resources, List<Problem> problems) {
        this.resources = resources;
        this.problems = problems;
    }

    /**
     * @param keyset a keyset in Tink's JSON, or the location of a resource with one; likewise the other
     * @param entries whether entries of the outbox are sealed
     * @return what can be used; where there is a problem, what must not be used
     */
    public Seal read(String keyset, @Nullable String hashKeyset, boolean entries) {
        var keys = keys(keyset);
        var hashes = hashKeyset == null ? null : hashes(hashKeyset);
        return keys == null ? Seal.NONE : new TinkSeal(keys, hashes, entries);
    }

    private TinkSeal.@Nullable Keys keys(String keyset) {
        var handle = handle(KEYSET, keyset);
        if (handle == null || !hasUsablePrimary(KEYSET, handle)) {
            return null;
        }
        try {
            AeadConfig.register();
            var aead = handle.getPrimitive(RegistryConfiguration.get(), Aead.class);
            return new TinkSeal.Keys(aead, enabledById(handle));
        } catch (GeneralSecurityException e) {
            add(
                    KEYSET,
                    "its keys cannot encrypt: " + e.getMessage(),
                    "Give a keyset for AEAD, such as one of the template AES256_GCM");
            return null;
        }
    }

    private Map<Long, Boolean> enabledById(KeysetHandle handle) {
        var enabled = new TreeMap<Long, Boolean>();
        for (var i = 0; i < handle.size(); i++) {
            var entry = handle.getAt(i);
            if (entry.getKey().getIdRequirementOrNull() == null) {
                add(
                        KEYSET,
                        "key " + Integer.toUnsignedString(entry.getId()) + " does not write its id (RAW)",
                        "Use keys with the output prefix TINK, so that what they encrypt can be told apart");
            }
            enabled.put(Integer.toUnsignedLong(entry.getId()), entry.getStatus() == KeyStatus.ENABLED);
        }
        return enabled;
    }

    private @Nullable PrfSet hashes(String keyset) {
        var handle = handle(HASH_KEYSET, keyset);
        if (handle == null || !hasUsablePrimary(HASH_KEYSET, handle)) {
            return null;
        }
        try {
            PrfConfig.register();
            return handle.getPrimitive(RegistryConfiguration.get(), PrfSet.class);
        } catch (GeneralSecurityException e) {
            add(
                    HASH_KEYSET,
                    "its keys cannot hash: " + e.getMessage(),
                    "Give a keyset for PRF, such as one of the template HMAC_SHA256_PRF");
            return null;
        }
    }

    private @Nullable KeysetHandle handle(String property, String keyset) {
        var json = keyset.strip().startsWith("{") ? keyset : content(property, keyset);
        if (json == null) {
            return null;
        }
        try {
            return TinkJsonProtoKeysetFormat.parseKeyset(json, InsecureSecretKeyAccess.get());
        } catch (GeneralSecurityException | RuntimeException e) {
            // Its message may quote the keyset.
            add(property, "it is no keyset that Tink can read", "Give a keyset in Tink's JSON format, in plain text");
            return null;
        }
    }

    private @Nullable String content(String property, String text) {
        var location = text.strip();
        if (!LOCATION.matcher(location).matches()) {
            // Not quoted: it may well be a key.
            add(property, "it is neither a keyset nor the location of one", WHERE);
            return null;
        }
        try {
            return resources.getResource(location).getContentAsString(StandardCharsets.UTF_8);
        } catch (IOException | RuntimeException e) {
            add(property, "\"" + location + "\" cannot be read: " + e.getMessage(), WHERE);
            return null;
        }
    }

    private boolean hasUsablePrimary(String property, KeysetHandle handle) {
        try {
            handle.getPrimary();
            return true;
        } catch (IllegalStateException e) {
            add(property, "its primary key is missing or not enabled", "Enable it, or make another key the primary");
            return false;
        }
    }

    private void add(String property, String what, String action) {
        problems.add(new Problem(property, what, action));
    }
}
