package dev.lanekeeper;

import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.handler.HandlerDefinition.OutboxSource;
import dev.lanekeeper.handler.HandlerRule;
import dev.lanekeeper.handler.Handlers;
import dev.lanekeeper.secret.Keysets;
import dev.lanekeeper.work.Seal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.ResourceLoader;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/** Reads the keys, and checks that whoever encrypts has them; without any of it, Tink need not be there. */
final class EncryptionReader implements HandlerRule {

    private static final String TINK_CLASS = "com.google.crypto.tink.KeysetHandle";
    private static final String PREFIX = "lanekeeper.encryption.";

    private final LanekeeperProperties properties;
    private final List<Problem> problems = new ArrayList<>();
    private final Seal seal;

    EncryptionReader(LanekeeperProperties properties, ResourceLoader resources) {
        this.properties = properties;
        this.seal = read(resources);
    }

    private Seal read(ResourceLoader resources) {
        var encryption = properties.encryption();
        if (!StringUtils.hasText(encryption.keyset())) {
            if (StringUtils.hasText(encryption.hashKeyset())) {
                add("hash-keyset", "there is no keyset beside it", "Set " + PREFIX + "keyset too, or remove this");
            }
            return Seal.NONE;
        }
        if (!ClassUtils.isPresent(TINK_CLASS, resources.getClassLoader())) {
            add("keyset", "Tink is not on the class path", "Add com.google.crypto.tink:tink, or remove this");
            return Seal.NONE;
        }
        var hashKeyset = StringUtils.hasText(encryption.hashKeyset()) ? encryption.hashKeyset() : null;
        return new Keysets(resources, problems).read(encryption.keyset(), hashKeyset, encryption.outbox());
    }

    Seal seal() {
        return seal;
    }

    /** What is wrong with the keys, and with who needs them. */
    @Override
    public List<Problem> problems(Handlers handlers) {
        var all = new ArrayList<>(problems);
        var encrypting = handlers.all().stream()
                .filter(HandlerDefinition::encrypt)
                .map(handler -> "'" + handler.id() + "'")
                .collect(Collectors.joining(", "));
        if (!encrypting.isEmpty()) {
            checkGiven("keyset", properties.encryption().keyset(), "records of " + encrypting, all);
            checkGiven("hash-keyset", properties.encryption().hashKeyset(), "records of " + encrypting, all);
        } else if (properties.encryption().outbox()) {
            checkGiven("keyset", properties.encryption().keyset(), "entries of the outbox", all);
            checkLocks(handlers, all);
        }
        return all;
    }

    /** In the names of locks a hash stands for what is encrypted. */
    private void checkLocks(Handlers handlers, List<Problem> all) {
        var locking = handlers.all().stream()
                .filter(h -> h.source() instanceof OutboxSource && h.locks().readContent())
                .map(handler -> "'" + handler.id() + "'")
                .collect(Collectors.joining(", "));
        if (!locking.isEmpty()) {
            checkGiven("hash-keyset", properties.encryption().hashKeyset(), "keys of locks of " + locking, all);
        }
    }

    private static void checkGiven(String key, @Nullable String value, String who, List<Problem> all) {
        if (!StringUtils.hasText(value)) {
            all.add(new Problem(
                    PREFIX + key,
                    "it is not set, but " + who + " are to be encrypted",
                    "Set it to a Tink keyset, or do not encrypt them"));
        }
    }

    private void add(String key, String what, String action) {
        problems.add(new Problem(PREFIX + key, what, action));
    }
}
