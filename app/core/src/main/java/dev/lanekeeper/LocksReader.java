package dev.lanekeeper;

import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import dev.lanekeeper.handler.HandlerRule;
import dev.lanekeeper.handler.Handlers;
import dev.lanekeeper.lock.RedisSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.io.ResourceLoader;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/** Reads where locks are shared with other applications; without any of it, Redisson need not be there. */
final class LocksReader implements HandlerRule {

    private static final String REDISSON_CLASS = "org.redisson.Redisson";
    private static final String PREFIX = "lanekeeper.locks.redis.";
    private static final String BESIDE_CONFIG = "it does not count beside " + PREFIX + "config";
    private static final String INTO_CONFIG = "Write it into the file that config names, and remove this";
    private static final Duration SHORTEST_LEASE = Duration.ofSeconds(1);
    private static final int LEASE_IN_TIMEOUTS = 6;

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
            checkNothingIsMeant(given);
            return null;
        }
        if (config == null) {
            checkPatience(given);
        } else {
            checkConfigStandsAlone(given, address);
        }
        if (address != null && !address.matches("rediss?://.+:\\d+")) {
            add("address", "\"" + address + "\" is no address", "Write redis://host:port, or rediss://host:port");
        }
        if (given.lease().compareTo(SHORTEST_LEASE) < 0) {
            add("lease", given.lease() + " is too short to be renewed in time", "Write 1s or more");
        }
        if (text(given.prefix()) == null) {
            add("prefix", "it is empty, so a lock could be a key of another program", "Write one such as lanekeeper:");
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

    /** A property, and what it says when it is not given. */
    private record Said(
            String key, @Nullable Object value, @Nullable Object usual) {}

    private void checkNothingIsMeant(LanekeeperProperties.Redis given) {
        var usual = new Binder(List.of()).bindOrCreate("none", LanekeeperProperties.Redis.class);
        Stream.of(
                        new Said("username", text(given.username()), null),
                        new Said("password", text(given.password()), null),
                        new Said("prefix", given.prefix(), usual.prefix()),
                        new Said("lease", given.lease(), usual.lease()),
                        new Said("timeout", given.timeout(), usual.timeout()),
                        new Said("when-away", given.whenAway(), usual.whenAway()))
                .filter(said -> !Objects.equals(said.value(), said.usual()))
                .forEach(said -> add(
                        said.key(),
                        "nothing is shared without " + PREFIX + "address or " + PREFIX + "config",
                        "Give one of the two, or remove this"));
    }

    /** Locks are renewed every third of the lease, and one renewal may wait twice for its answer. */
    private void checkPatience(LanekeeperProperties.Redis given) {
        if (given.timeout().toMillis() < 1) {
            add("timeout", given.timeout() + " is no time", "Write a duration above 0, such as 500ms");
            return;
        }
        var least = given.timeout().multipliedBy(LEASE_IN_TIMEOUTS);
        if (given.lease().compareTo(least) < 0) {
            add(
                    "lease",
                    text(given.lease()) + " may be over before a renewal that waits twice for " + text(given.timeout())
                            + " (" + PREFIX + "timeout)",
                    "Write " + text(least) + " or more, or a shorter timeout");
        }
    }

    /** What Redisson's own file says counts alone. */
    private void checkConfigStandsAlone(LanekeeperProperties.Redis given, @Nullable String address) {
        if (address != null) {
            add("config", "there is an address beside it", "Give one of the two");
        }
        if (text(given.username()) != null) {
            add("username", BESIDE_CONFIG, INTO_CONFIG);
        }
        if (text(given.password()) != null) {
            add("password", BESIDE_CONFIG, INTO_CONFIG);
        }
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

    private static String text(Duration time) {
        return DurationStyle.SIMPLE.print(time, ChronoUnit.MILLIS);
    }

    private void add(String key, String what, String action) {
        problems.add(new Problem(PREFIX + key, what, action));
    }
}
