package dev.lanekeeper;

import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import dev.lanekeeper.handler.HandlerRule;
import dev.lanekeeper.handler.Handlers;
import dev.lanekeeper.lock.RedisSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.ResourceLoader;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/** Reads where locks are shared with other applications; without any of it, Redisson need not be there. */
final class LocksReader implements HandlerRule {

    private static final String REDISSON_CLASS = "org.redisson.Redisson";
    private static final String PREFIX = "lanekeeper.locks.redis.";
    private static final Duration SHORTEST_LEASE = Duration.ofSeconds(1);

    private final List<Problem> problems = new ArrayList<>();
    private final @Nullable RedisSettings redis;

    LocksReader(LanekeeperProperties properties, ResourceLoader resources) {
        this.redis = read(properties.locks().redis(), resources);
    }

    /** {@code null} where nothing is shared. */
    @Nullable
    RedisSettings redis() {
        return redis;
    }

    @Override
    public List<Problem> problems(Handlers handlers) {
        return problems;
    }

    private @Nullable RedisSettings read(LanekeeperProperties.Redis given, ResourceLoader resources) {
        var address = text(given.address());
        var config = text(given.config());
        if (address == null && config == null) {
            return null;
        }
        if (address != null && config != null) {
            add("config", "there is an address beside it", "Give one of the two");
        }
        if (address != null && !address.matches("rediss?://.+:\\d+")) {
            add("address", "\"" + address + "\" is no address", "Write redis://host:port, or rediss://host:port");
        }
        if (given.lease().compareTo(SHORTEST_LEASE) < 0) {
            add("lease", given.lease() + " is too short to be renewed in time", "Write 1s or more");
        }
        if (given.timeout().toMillis() < 1) {
            add("timeout", given.timeout() + " is no time", "Write a duration above 0, such as 500ms");
        }
        if (!ClassUtils.isPresent(REDISSON_CLASS, resources.getClassLoader())) {
            add(
                    address == null ? "config" : "address",
                    "Redisson is not on the class path",
                    "Add org.redisson:redisson, or remove this");
        }
        return new RedisSettings(
                address,
                config == null ? null : yaml(config, resources),
                text(given.username()),
                text(given.password()),
                given.prefix(),
                given.lease(),
                given.timeout(),
                given.whenAway());
    }

    private @Nullable String yaml(String location, ResourceLoader resources) {
        try {
            return resources.getResource(location).getContentAsString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            add("config", "\"" + location + "\" cannot be read: " + e.getMessage(), "Name a file or a resource");
            return null;
        }
    }

    private static @Nullable String text(@Nullable String value) {
        return StringUtils.hasText(value) ? value : null;
    }

    private void add(String key, String what, String action) {
        problems.add(new Problem(PREFIX + key, what, action));
    }
}
