package dev.lanekeeper.lock;

import dev.lanekeeper.work.LockNeed;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.redisson.Redisson;
import org.redisson.api.RScript;
import org.redisson.api.RScript.Mode;
import org.redisson.api.RScript.ReturnType;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;

/** What this process says to Redis: scripts about locks, and one subscription to what others free. Its methods wait for the answer. */
final class RedisClient implements AutoCloseable {

    private static final int CONNECT_MILLIS = 2_000;
    private static final String CHANNEL = "redisson_lock__channel";
    private static final String TOKEN = "redisson_lock_token";
    private static final String PERMITS = ":permits";

    private final RedisSettings settings;
    private final RedissonClient redisson;
    private final RScript scripts;
    private final String instance = UUID.randomUUID().toString();
    private volatile boolean listening;

    /** Connects when it is first asked. */
    RedisClient(RedisSettings settings) {
        this.settings = settings;
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

    /** One holder's hold of a lock, with the token that it was given. */
    record Hold(long holder, Lock lock, long token) {}

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
                    .setRetryAttempts(1);
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
        var key = settings.prefix() + need.name() + kind.suffix;
        var millis = need.per() == null ? 0 : Math.max(1, need.per().toMillis());
        return new Lock(
                need.name(),
                kind,
                need.most(),
                millis,
                List.of(key, TOKEN + ":{" + key + "}", CHANNEL + ":{" + key + "}"));
    }

    /** As {@link RedisScripts#TAKE} answers. */
    List<Long> take(long holder, long token, List<Lock> locks) {
        var values = new ArrayList<Object>();
        values.add(field(holder));
        values.add(lease());
        values.add(Long.toString(token));
        for (var lock : locks) {
            values.add(lock.kind().code());
            values.add(Integer.toString(lock.most()));
            values.add(Long.toString(lock.millis()));
        }
        return eval(RedisScripts.TAKE, locks, values);
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
        for (var one : holds) {
            values.add(field(one.holder()));
            values.add(one.lock().kind().code());
            values.add(Integer.toString(one.lock().most()));
            values.add(Long.toString(one.token()));
        }
        return eval(RedisScripts.KEEP, holds.stream().map(Hold::lock).toList(), values);
    }

    void free(List<Hold> holds) {
        var values = new ArrayList<Object>();
        for (var one : holds) {
            values.add(field(one.holder()));
            values.add(one.lock().kind().code());
        }
        eval(RedisScripts.FREE, holds.stream().map(Hold::lock).toList(), values);
    }

    /** Fails when nobody answers. */
    void ping() {
        scripts.eval(Mode.READ_ONLY, "return 1", ReturnType.LONG);
    }

    /**
     * Whoever frees a lock says so, plain Redisson too; one subscription for all, that stays.
     *
     * @param freed is told the lock's name, on a thread of Redisson's
     */
    void listen(Consumer<String> freed) {
        if (!listening) {
            redisson.getPatternTopic(CHANNEL + ":{" + settings.prefix() + "*", StringCodec.INSTANCE)
                    .addListener(String.class, (pattern, channel, message) -> heard(channel.toString(), freed));
            listening = true;
        }
    }

    boolean isListening() {
        return listening;
    }

    private void heard(String channel, Consumer<String> freed) {
        var from = CHANNEL.length() + 2 + settings.prefix().length();
        if (channel.length() > from) {
            var name = channel.substring(from, channel.length() - 1);
            freed.accept(name.endsWith(PERMITS) ? name.substring(0, name.length() - PERMITS.length()) : name);
        }
    }

    private String field(long holder) {
        return instance + ":" + holder;
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
