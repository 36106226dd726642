package dev.lanekeeper.lock;

import dev.lanekeeper.lock.RedisSettings.WhenAway;
import dev.lanekeeper.work.LockNeed;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.redisson.Redisson;
import org.redisson.api.RScript;
import org.redisson.api.RScript.Mode;
import org.redisson.api.RScript.ReturnType;
import org.redisson.api.RedissonClient;
import org.redisson.client.RedisException;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Locks in Redis. What is held is renewed for as long as this process lives, many locks in one step; a process that is frozen or
 * killed loses them when their lease is over.
 */
public final class RedissonLocks implements RemoteLocks {

    private static final Logger log = LoggerFactory.getLogger(RedissonLocks.class);
    private static final Duration AGAIN = Duration.ofSeconds(1);
    private static final Duration LOOK = Duration.ofSeconds(2);
    private static final int CONNECT_MILLIS = 2_000;
    private static final int BATCH = 200;
    private static final int MOST_AWAITED = 10_000;
    private static final String CHANNEL = "redisson_lock__channel";
    private static final String TOKEN = "redisson_lock_token";

    private final RedisSettings settings;
    private final RedissonClient redisson;
    private final RScript scripts;
    private final Clock clock;
    private final Consumer<String> freed;
    private final String instance = UUID.randomUUID().toString();
    private final Map<Long, Holding> held = new ConcurrentHashMap<>();
    private final Set<String> awaited = ConcurrentHashMap.newKeySet();
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong retaken = new AtomicLong();
    private final AtomicLong unasked = new AtomicLong();
    private final ScheduledExecutorService renewals;
    private volatile @Nullable Instant awaySince;
    private long turnedNanos = System.nanoTime();
    private volatile boolean listening;
    private Set<Long> unknownBefore = Set.of();

    /** What a holder has. */
    private static final class Holding {

        private final Map<String, Lock> locks = new ConcurrentHashMap<>();
        private volatile long token;
        private volatile long renewedNanos;
        private volatile boolean lost;
    }

    /** A lock and its keys in Redis. */
    private record Lock(String name, int kind, int most, long millis, List<Object> keys) {}

    /** One holder's hold of one lock. */
    private record Held(long holder, Holding holding, Lock lock) {}

    /**
     * @param freed is told the name of a lock that is awaited and may be free now; on a thread of Redisson's
     */
    public RedissonLocks(RedisSettings settings, Clock clock, Consumer<String> freed) {
        this.settings = settings;
        this.clock = clock;
        this.freed = freed;
        this.redisson = Redisson.create(config(settings));
        this.scripts = redisson.getScript(StringCodec.INSTANCE);
        this.renewals = Executors.newSingleThreadScheduledExecutor(task -> {
            var thread = new Thread(task, "lanekeeper-locks");
            thread.setDaemon(true);
            return thread;
        });
        var pause = Math.min(AGAIN.toMillis(), settings.lease().toMillis() / 3);
        @SuppressWarnings({"unused", "FutureReturnValueIgnored"}) // what goes wrong in it stays in it
        var repeated = renewals.scheduleWithFixedDelay(this::turn, 0, pause, TimeUnit.MILLISECONDS);
    }

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

    @Override
    public Answer take(long holder, long token, List<LockNeed> needs) {
        if (isAway()) {
            return unanswered();
        }
        var holding = held.computeIfAbsent(holder, h -> new Holding());
        var missing = needs.stream()
                .filter(n -> n.isRate() || !holding.locks.containsKey(n.name()))
                .toList();
        if (missing.isEmpty()) {
            return new Answer.Taken(Math.max(token, holding.token));
        }
        var locks = missing.stream().map(this::lock).toList();
        try {
            return taken(holder, holding, missing, locks, ask(holder, token, locks));
        } catch (RedisException e) {
            forgetIfEmpty(holder, holding);
            away(e);
            return unanswered();
        }
    }

    private List<Object> ask(long holder, long token, List<Lock> locks) {
        var values = new ArrayList<Object>();
        values.add(field(holder));
        values.add(Long.toString(settings.lease().toMillis()));
        values.add(Long.toString(token));
        for (var lock : locks) {
            values.add(Integer.toString(lock.kind()));
            values.add(Integer.toString(lock.most()));
            values.add(Long.toString(lock.millis()));
        }
        return eval(RedisScripts.TAKE, keys(locks), values);
    }

    private Answer taken(long holder, Holding holding, List<LockNeed> needs, List<Lock> locks, List<Object> said) {
        back();
        if (number(said.get(0)) == 0) {
            forgetIfEmpty(holder, holding);
            var busy = said.stream()
                    .skip(2)
                    .map(n -> needs.get((int) number(n) - 1))
                    .toList();
            var comes = Duration.ofMillis(Math.max(1, number(said.get(1))));
            var isKnown = busy.stream().allMatch(LockNeed::isRate);
            return new Answer.Busy(busy, isKnown || comes.compareTo(LOOK) < 0 ? comes : LOOK);
        }
        holding.token = number(said.get(1));
        holding.renewedNanos = System.nanoTime();
        locks.stream().filter(l -> l.kind() != 3).forEach(l -> holding.locks.put(l.name(), l));
        return new Answer.Taken(holding.token);
    }

    private void forgetIfEmpty(long holder, Holding holding) {
        if (holding.locks.isEmpty()) {
            held.remove(holder, holding);
        }
    }

    private Answer unanswered() {
        unasked.incrementAndGet();
        return settings.whenAway() == WhenAway.POSTPONE ? new Answer.Away(LOOK) : new Answer.Without();
    }

    @Override
    public Set<Long> lost(Collection<Long> holders) {
        var all = new ArrayList<Held>();
        holders.forEach(h -> all.addAll(heldBy(h)));
        if (all.isEmpty()) {
            return Set.of();
        }
        try {
            if (isAway()) {
                markExpired(all);
            } else {
                keep(all);
            }
        } catch (RedisException e) {
            away(e);
            markExpired(all);
        }
        var gone = new HashSet<Long>();
        all.stream().filter(h -> h.holding().lost).forEach(h -> gone.add(h.holder()));
        return gone;
    }

    /** Nobody can be asked whether they are still ours; they are as long as their lease says, and after it as is configured. */
    private void markExpired(List<Held> all) {
        if (settings.whenAway() == WhenAway.POSTPONE) {
            all.stream()
                    .filter(h -> System.nanoTime() - h.holding().renewedNanos
                            >= settings.lease().toNanos())
                    .forEach(h -> h.holding().lost = true);
        }
    }

    private List<Held> heldBy(long holder) {
        var holding = held.get(holder);
        return holding == null
                ? List.of()
                : holding.locks.values().stream()
                        .map(l -> new Held(holder, holding, l))
                        .toList();
    }

    /** While Redis is away, this thread alone asks whether it is back: no worker waits for it. */
    private void turn() {
        var due = System.nanoTime() - turnedNanos >= settings.lease().toNanos() / 3;
        if (due || awaySince != null || !listening) {
            turnedNanos = System.nanoTime();
            renew();
        }
    }

    private void renew() {
        try {
            subscribe();
            var all = held.keySet().stream().flatMap(h -> heldBy(h).stream()).toList();
            for (var from = 0; from < all.size(); from += BATCH) {
                keep(all.subList(from, Math.min(all.size(), from + BATCH)));
            }
            if (all.isEmpty() && awaySince != null) {
                scripts.eval(Mode.READ_ONLY, "return 1", ReturnType.LONG);
                back();
            }
        } catch (RedisException e) {
            away(e);
        } catch (RuntimeException e) {
            log.atError().setCause(e).log("Locks in Redis were not renewed; it is tried again");
        }
    }

    private void keep(List<Held> locks) {
        var sent = System.nanoTime();
        var values = new ArrayList<Object>();
        values.add(Long.toString(settings.lease().toMillis()));
        for (var one : locks) {
            values.add(field(one.holder()));
            values.add(Integer.toString(one.lock().kind()));
            values.add(Integer.toString(one.lock().most()));
            values.add(Long.toString(one.holding().token));
        }
        var kept = eval(RedisScripts.KEEP, keys(locks.stream().map(Held::lock).toList()), values);
        back();
        for (var n = 0; n < locks.size(); n++) {
            kept(locks.get(n), number(kept.get(n)), sent);
        }
    }

    private void kept(Held one, long state, long sent) {
        one.holding().renewedNanos = sent;
        if (state != 0 && !one.holding().locks.containsKey(one.lock().name())) {
            release(List.of(one)); // freed while it was asked about, and perhaps taken again by that
        } else if (state == 2) {
            retaken.incrementAndGet();
            log.atWarn()
                    .addKeyValue("lock", one.lock().name())
                    .log("A lock in Redis was gone and nobody had taken it; it is taken again");
        } else if (state == 0 && !one.holding().lost) {
            one.holding().lost = true;
            lost.incrementAndGet();
            log.atWarn()
                    .addKeyValue("lock", one.lock().name())
                    .log("A lock in Redis is somebody else's by now; what was done under it is not recorded");
        }
    }

    @Override
    public void freeNamed(Collection<Long> holders) {
        var gone = new ArrayList<Held>();
        for (var holder : holders) {
            for (var one : heldBy(holder)) {
                if (!LockNeed.isOfLane(one.lock().name())
                        && one.holding().locks.remove(one.lock().name()) != null) {
                    gone.add(one);
                    forgetIfEmpty(holder, one.holding());
                }
            }
        }
        release(gone);
    }

    @Override
    public void keepOnly(Set<Long> holders) {
        var unknown = new HashSet<>(held.keySet());
        unknown.removeAll(holders);
        free(unknown.stream().filter(unknownBefore::contains).toList());
        unknownBefore = unknown;
    }

    @Override
    public void free(Collection<Long> holders) {
        var gone = new ArrayList<Held>();
        for (var holder : holders) {
            for (var one : heldBy(holder)) {
                if (one.holding().locks.remove(one.lock().name()) != null) {
                    gone.add(one);
                }
            }
            held.remove(holder);
        }
        release(gone);
    }

    /** What cannot be freed now expires by itself. */
    private void release(List<Held> locks) {
        if (locks.isEmpty() || isAway()) {
            return;
        }
        var values = new ArrayList<Object>();
        for (var one : locks) {
            values.add(field(one.holder()));
            values.add(Integer.toString(one.lock().kind()));
        }
        try {
            eval(RedisScripts.FREE, keys(locks.stream().map(Held::lock).toList()), values);
        } catch (RedisException e) {
            away(e);
        }
    }

    @Override
    public void await(String name) {
        if (awaited.size() < MOST_AWAITED) {
            awaited.add(name);
        }
    }

    /** Whoever frees a lock says so, plain Redisson too; one subscription for all. */
    private void subscribe() {
        if (listening) {
            return;
        }
        var pattern = CHANNEL + ":{" + settings.prefix() + "*";
        redisson.getPatternTopic(pattern, StringCodec.INSTANCE)
                .addListener(String.class, (p, channel, message) -> heard(channel.toString()));
        listening = true;
    }

    private void heard(String channel) {
        var from = CHANNEL.length() + 2 + settings.prefix().length();
        if (channel.length() > from) {
            var name = channel.substring(from, channel.length() - 1);
            var plain = name.endsWith(":permits") ? name.substring(0, name.length() - ":permits".length()) : name;
            if (awaited.remove(plain)) {
                freed.accept(plain);
            }
        }
    }

    private Lock lock(LockNeed need) {
        var kind = need.isRate() ? 3 : need.most() > 1 ? 2 : 1;
        var key = settings.prefix() + need.name() + (kind == 3 ? ":starts" : kind == 2 ? ":permits" : "");
        var millis = need.per() == null ? 0 : Math.max(1, need.per().toMillis());
        return new Lock(
                need.name(),
                kind,
                need.most(),
                millis,
                List.of(key, TOKEN + ":{" + key + "}", CHANNEL + ":{" + key + "}"));
    }

    private String field(long holder) {
        return instance + ":" + holder;
    }

    private static List<Object> keys(List<Lock> locks) {
        return locks.stream().flatMap(l -> l.keys().stream()).toList();
    }

    private List<Object> eval(String script, List<Object> keys, List<Object> values) {
        return scripts.eval(Mode.READ_WRITE, script, ReturnType.LIST, keys, values.toArray());
    }

    private static long number(Object said) {
        return said instanceof Number n ? n.longValue() : Long.parseLong(said.toString());
    }

    private boolean isAway() {
        return awaySince != null;
    }

    private synchronized void away(RedisException e) {
        if (awaySince == null) {
            awaySince = clock.instant();
            var meanwhile = settings.whenAway() == WhenAway.POSTPONE
                    ? "what needs its locks waits"
                    : "work goes on under the locks of the database alone";
            log.atWarn().log("Redis does not answer; {} until it does: {}", meanwhile, brief(e));
        }
    }

    /** What Redisson says goes on for lines. */
    private static String brief(RedisException e) {
        return e.toString()
                .lines()
                .findFirst()
                .map(l -> l.substring(0, Math.min(l.length(), 200)))
                .orElse("");
    }

    private void back() {
        if (awaySince != null) {
            recovered();
        }
    }

    private synchronized void recovered() {
        if (awaySince != null) {
            awaySince = null;
            log.atInfo().log("Redis answers again");
        }
    }

    @Override
    public Status status() {
        var locks = held.values().stream().mapToInt(h -> h.locks.size()).sum();
        return new Status(awaySince, locks, lost.get(), retaken.get(), unasked.get());
    }

    /** Whether it is told what others free. */
    boolean isListening() {
        return listening;
    }

    /** What is held is held no more by this process's account, and not freed: for tests, as if it had died. */
    void forget() {
        held.clear();
    }

    @Override
    public void close() {
        renewals.shutdownNow();
        free(List.copyOf(held.keySet()));
        redisson.shutdown();
    }
}
