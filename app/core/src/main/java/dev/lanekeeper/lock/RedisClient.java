package dev.lanekeeper.lock;

import dev.lanekeeper.lock.RemoteLocks.Owner;
import dev.lanekeeper.work.LockNeed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.redisson.Redisson;
import org.redisson.api.RScript;
import org.redisson.api.RScript.Mode;
import org.redisson.api.RScript.ReturnType;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;
import org.redisson.config.ConstantDelay;

/**
 * What this process says to Redis: scripts about locks, and one subscription to what others free. All methods but {@link #listen}
 * wait for the answer.
 */
final class RedisClient implements AutoCloseable {

    private static final int CONNECT_MILLIS = 2_000;
    private static final Duration BEFORE_SECOND_ASK = Duration.ofMillis(100);
    private static final Duration TOKENS_KEPT = Duration.ofDays(1);
    private static final String CHANNEL = "redisson_lock__channel";
    private static final String TOKEN = "redisson_lock_token";
    private static final List<String> COUNTER_ALONE = List.of("0", "0", "0");
    private static final String PERMITS = ":permits";
    private static final Pattern PATTERN_CHARACTER = Pattern.compile("[*?\\[\\]\\\\]");

    private final RedisSettings settings;
    private final RedissonClient redisson;
    private final RScript scripts;
    private final Supplier<UUID> application;
    private final String process = UUID.randomUUID().toString();
    private final AtomicLong takings = new AtomicLong();
    private final AtomicBoolean asking = new AtomicBoolean();
    private volatile boolean listening;

    /**
     * Connects when it is first asked.
     *
     * @param application what the holders of all its processes begin with
     */
    RedisClient(RedisSettings settings, Supplier<UUID> application) {
        this.settings = settings;
        this.application = application;
        this.redisson = Redisson.create(config(settings));
        this.scripts = redisson.getScript(StringCodec.INSTANCE);
    }

    /** A lock and its keys in Redis. */
    record Lock(String name, Kind kind, int most, long millis, List<Object> keys) {}

    /** As the scripts know it. */
    enum Kind {
        LOCK(""),
        SEMAPHORE(PERMITS),
        RATE(":starts");

        private final String suffix;

        Kind(String suffix) {
            this.suffix = suffix;
        }

        private String code() {
            return Integer.toString(ordinal() + 1);
        }
    }

    /**
     * A hold of a lock.
     *
     * @param owner as it stands in Redis
     * @param token that it was given with
     */
    record Hold(String owner, Lock lock, long token) {}

    private static Config config(RedisSettings settings) {
        var millis = Math.toIntExact(settings.timeout().toMillis());
        var config = yaml(settings);
        if (config == null) {
            config = new Config();
            config.useSingleServer()
                    .setAddress(settings.address())
                    .setConnectionMinimumIdleSize(1)
                    .setConnectionPoolSize(16)
                    .setSubscriptionConnectionMinimumIdleSize(1)
                    .setConnectTimeout(Math.max(millis, CONNECT_MILLIS))
                    .setTimeout(millis)
                    .setRetryAttempts(1)
                    .setRetryDelay(new ConstantDelay(BEFORE_SECOND_ASK));
            config.setThreads(2);
            config.setNettyThreads(2);
            if (settings.username() != null) {
                config.setUsername(settings.username());
            }
            if (settings.password() != null) {
                config.setPassword(settings.password());
            }
        }
        return config.setLazyInitialization(true);
    }

    private static @Nullable Config yaml(RedisSettings settings) {
        return settings.config() == null ? null : Config.fromYAML(settings.config());
    }

    Lock lock(LockNeed need) {
        var kind = need.isRate() ? Kind.RATE : need.most() > 1 ? Kind.SEMAPHORE : Kind.LOCK;
        var key = key(need.name(), kind);
        var millis = need.per() == null ? 0 : Math.max(1, need.per().toMillis());
        return new Lock(need.name(), kind, need.most(), millis, List.of(key, beside(TOKEN, key), beside(CHANNEL, key)));
    }

    private String key(String name, Kind kind) {
        return settings.prefix() + name + kind.suffix;
    }

    /** As Redisson calls what belongs to a lock, so that both lie in one slot of a cluster. */
    private static String beside(String what, String key) {
        return key.contains("{") ? what + ":" + key : what + ":{" + key + "}";
    }

    /** A new owner: each taking has its own, so that one whose answer is lost is never mistaken for a later one. */
    String owner(long holder) {
        return application.get() + ":" + process + ":" + holder + ":" + takings.incrementAndGet();
    }

    /**
     * As {@link RedisScripts#TAKE} answers; asking again in the same words changes nothing.
     *
     * @param held what the holder has already: whoever has it next is to have a higher token than this one, too
     */
    List<Long> take(String owner, long token, List<Lock> locks, List<Lock> held) {
        var values = new ArrayList<Object>();
        values.add(owner);
        values.add(lease());
        values.add(Long.toString(token));
        values.add(kept());
        values.add(Integer.toString(application.get().toString().length()));
        for (var lock : locks) {
            values.add(lock.kind().code());
            values.add(Integer.toString(lock.most()));
            values.add(Long.toString(lock.millis()));
        }
        held.forEach(lock -> values.addAll(COUNTER_ALONE));
        var all = new ArrayList<>(locks);
        all.addAll(held);
        return eval(RedisScripts.TAKE, all, values);
    }

    /** As {@link RedisScripts#KEEP} answers: what is gone stays so. */
    List<Long> keep(List<Hold> holds) {
        return keep(holds, false);
    }

    /** The same, and takes again what is gone. */
    List<Long> keepOrTakeAgain(List<Hold> holds) {
        return keep(holds, true);
    }

    private List<Long> keep(List<Hold> holds, boolean again) {
        var values = new ArrayList<Object>();
        values.add(lease());
        values.add(again ? "1" : "0");
        values.add(kept());
        for (var one : holds) {
            values.add(one.owner());
            values.add(one.lock().kind().code());
            values.add(Integer.toString(one.lock().most()));
            values.add(Long.toString(one.token()));
        }
        return eval(RedisScripts.KEEP, holds.stream().map(Hold::lock).toList(), values);
    }

    void free(List<Hold> holds) {
        var values = new ArrayList<Object>();
        for (var one : holds) {
            values.add(one.owner());
            values.add(one.lock().kind().code());
        }
        eval(RedisScripts.FREE, holds.stream().map(Hold::lock).toList(), values);
    }

    /** Who in other applications has locks of these names. */
    Map<String, Owner> owners(List<String> names, Instant now) {
        var keys = names.stream()
                .flatMap(name -> Arrays.stream(Kind.values()).map(kind -> (Object) key(name, kind)))
                .toList();
        List<Object> said = scripts.eval(
                Mode.READ_WRITE,
                RedisScripts.OWNERS,
                ReturnType.LIST,
                keys,
                application.get().toString());
        var owners = new HashMap<String, Owner>();
        for (var n = 0; said != null && n < names.size(); n++) {
            var id = said.get(2 * n).toString();
            var left = number(said.get(2 * n + 1));
            if (!id.isEmpty()) {
                owners.put(names.get(n), new Owner(id, left < 0 ? null : now.plusMillis(left)));
            }
        }
        return owners;
    }

    /** Fails when nobody answers. */
    void ping() {
        scripts.eval(Mode.READ_ONLY, "return 1", ReturnType.LONG);
    }

    /**
     * Whoever frees a lock says so, plain Redisson too; one subscription for all, that stays.
     *
     * @param freed is told the lock's name, on a thread of Redisson's
     * @param refused is told why there is no subscription; it may be asked for again
     */
    void listen(Consumer<String> freed, Consumer<Throwable> refused) {
        if (listening || !asking.compareAndSet(false, true)) {
            return;
        }
        // Names with a brace and names without.
        listen(CHANNEL + ":" + settings.prefix(), freed)
                .thenCombine(listen(CHANNEL + ":{" + settings.prefix(), freed), Integer::sum)
                .whenComplete((listeners, failure) -> {
                    listening = failure == null;
                    asking.set(false);
                    if (failure != null) {
                        refused.accept(failure);
                    }
                });
    }

    private CompletionStage<Integer> listen(String beginning, Consumer<String> freed) {
        var pattern = PATTERN_CHARACTER.matcher(beginning).replaceAll("\\\\$0") + "*";
        return redisson.getPatternTopic(pattern, StringCodec.INSTANCE)
                .addListenerAsync(String.class, (all, channel, message) -> heard(channel.toString(), freed));
    }

    boolean isListening() {
        return listening;
    }

    private void heard(String channel, Consumer<String> freed) {
        var key = channel.substring(CHANNEL.length() + 1);
        if (key.startsWith("{" + settings.prefix()) && key.endsWith("}")) {
            key = key.substring(1, key.length() - 1);
        }
        if (key.startsWith(settings.prefix())) {
            var name = key.substring(settings.prefix().length());
            freed.accept(name.endsWith(PERMITS) ? name.substring(0, name.length() - PERMITS.length()) : name);
        }
    }

    private static String kept() {
        return Long.toString(TOKENS_KEPT.toMillis());
    }

    private String lease() {
        return Long.toString(settings.lease().toMillis());
    }

    private List<Long> eval(String script, List<Lock> locks, List<Object> values) {
        var keys = locks.stream().flatMap(l -> l.keys().stream()).toList();
        List<Object> said = scripts.eval(Mode.READ_WRITE, script, ReturnType.LIST, keys, values.toArray());
        return said == null ? List.of() : said.stream().map(RedisClient::number).toList();
    }

    private static long number(Object said) {
        return said instanceof Number n ? n.longValue() : Long.parseLong(said.toString());
    }

    @Override
    public void close() {
        redisson.shutdown();
    }
}
