package dev.lanekeeper.lock;

import dev.lanekeeper.lock.Holding.Held;
import dev.lanekeeper.lock.RedisClient.Hold;
import dev.lanekeeper.lock.RedisClient.Kind;
import dev.lanekeeper.lock.RedisClient.Lock;
import dev.lanekeeper.lock.RedisSettings.WhenAway;
import dev.lanekeeper.work.LockNeed;
import java.time.Clock;
import java.time.Duration;
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
import java.util.function.Supplier;
import org.redisson.client.RedisException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Locks in Redis. What is held is renewed for as long as this process lives, many locks in one step; a process that is frozen or
 * killed loses them when their lease is over.
 */
public final class RedissonLocks implements RemoteLocks {

    private static final Logger log = LoggerFactory.getLogger(RedissonLocks.class);
    private static final Duration AGAIN = Duration.ofSeconds(1);
    static final Duration LOOK = Duration.ofSeconds(2);
    private static final int BATCH = 200;
    private static final int TAKEN = 1;
    private static final int NO_LOCK = 2;

    private final RedisSettings settings;
    private final Clock clock;
    private final RedisClient redis;
    private final RedisAvailability availability;
    private final LockKeeper keeper;
    private final LockListener listener;
    private final UnansweredLocks unanswered;
    private final Map<Long, Holding> held = new ConcurrentHashMap<>();
    private final Set<String> noLocks = ConcurrentHashMap.newKeySet();
    private final AtomicLong unasked = new AtomicLong();
    private final ScheduledExecutorService renewals;
    private long turnedNanos = System.nanoTime();
    private Set<Long> unknownBefore = Set.of();

    /**
     * @param application whose processes have their turns from one database; asked when a lock is taken first
     * @param freed is told the name of a lock that is awaited and may be free now; on a thread of Redisson's
     */
    public RedissonLocks(RedisSettings settings, Supplier<UUID> application, Clock clock, Consumer<String> freed) {
        this.settings = settings;
        this.clock = clock;
        this.redis = new RedisClient(settings, application);
        this.availability = new RedisAvailability(settings.whenAway(), clock);
        this.keeper = new LockKeeper(redis, availability);
        this.listener = new LockListener(redis, freed);
        var pause = Math.min(AGAIN.toMillis(), settings.lease().toMillis() / 3);
        this.unanswered = new UnansweredLocks(
                redis, Math.toIntExact(settings.lease().toMillis() / pause)); // afterwards its lease is over
        this.renewals = Executors.newSingleThreadScheduledExecutor(task -> {
            var thread = new Thread(task, "lanekeeper-locks");
            thread.setDaemon(true);
            return thread;
        });
        @SuppressWarnings({"unused", "FutureReturnValueIgnored"}) // what goes wrong in it stays in it
        var repeated = renewals.scheduleWithFixedDelay(this::turn, 0, pause, TimeUnit.MILLISECONDS);
    }

    @Override
    public Answer take(long holder, long token, List<LockNeed> needs) {
        if (availability.isAway()) {
            return unanswered();
        }
        var holding = held.computeIfAbsent(holder, h -> new Holding());
        if (holding.lost) {
            return new Answer.Busy(needs, Set.of(), LOOK); // what was done under it is refused first
        }
        var missing = needs.stream()
                .filter(n -> n.isRate() || !holding.locks.containsKey(n.name()))
                .toList();
        if (missing.isEmpty()) {
            return new Answer.Taken(Math.max(token, holding.token));
        }
        var locks = missing.stream().map(redis::lock).toList();
        var taking = new Taking(holder, redis.owner(holder), System.nanoTime(), missing, locks);
        try {
            var has = holding.locks.values().stream().map(Hold::lock).toList();
            return taken(taking, holding, redis.take(taking.owner(), Math.max(token, holding.token), locks, has));
        } catch (RedisException e) {
            unanswered.add(taking.holds(token, this::isGivenBack));
            forgetIfEmpty(holder, holding);
            availability.away(e);
            return unanswered();
        }
    }

    /** Whoever goes on without an answer has started. */
    private boolean isGivenBack(Lock lock) {
        return lock.kind() != Kind.RATE || settings.whenAway() == WhenAway.POSTPONE;
    }

    private Answer taken(Taking taking, Holding holding, List<Long> said) {
        availability.back();
        if (said.get(0) != TAKEN) {
            forgetIfEmpty(taking.holder(), holding);
            return said.get(0) == NO_LOCK
                    ? noLock(taking.locks().get(said.get(1).intValue() - 1))
                    : taking.busy(said);
        }
        holding.token = said.get(1);
        if (holding.locks.isEmpty()) {
            holding.renewedNanos = taking.sentNanos(); // else those that it has already are the older ones
        }
        holding.locks.replaceAll((name, hold) -> new Hold(hold.owner(), hold.lock(), holding.token));
        taking.holds(holding.token, l -> l.kind() != Kind.RATE)
                .forEach(h -> holding.locks.put(h.lock().name(), h));
        return new Answer.Taken(holding.token);
    }

    /** Another program keeps something else under its name: its items wait, and all others go on. */
    private Answer noLock(Lock lock) {
        if (noLocks.add(lock.name())) {
            log.atError()
                    .addKeyValue("lock", lock.name())
                    .addKeyValue("key", lock.keys().get(0))
                    .log(
                            "What is in Redis under the name of this lock is none; whoever needs it waits until it is gone");
        }
        return new Answer.Away(LOOK);
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
            if (availability.isAway()) {
                markExpired(all);
            } else {
                keeper.keep(all);
            }
        } catch (RedisException e) {
            availability.away(e);
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
        try {
            if (due || availability.isAway()) {
                turnedNanos = System.nanoTime();
                renew();
                listener.forgetOld();
            }
            if (!availability.isAway()) {
                freeUnanswered();
                listener.listen();
            }
        } catch (RuntimeException e) {
            if (!renewals.isShutdown()) { // else Redisson was closed meanwhile
                log.atError().setCause(e).log("Locks in Redis were not renewed; it is tried again");
            }
        }
    }

    private void freeUnanswered() {
        try {
            unanswered.free(BATCH);
        } catch (RedisException e) {
            availability.away(e);
        }
    }

    private void renew() {
        try {
            var all = held.keySet().stream().flatMap(h -> heldBy(h).stream()).toList();
            for (var from = 0; from < all.size(); from += BATCH) {
                keeper.keep(all.subList(from, Math.min(all.size(), from + BATCH)));
            }
            if (all.isEmpty() && availability.isAway()) {
                redis.ping();
                availability.back();
            }
        } catch (RedisException e) {
            availability.away(e);
        }
    }

    /** Whether it was among those that the holder has. */
    private static boolean takenOut(Held one) {
        var holding = one.holding();
        synchronized (holding) {
            return holding.locks.remove(one.name()) != null;
        }
    }

    @Override
    public void freeNamed(Collection<Long> holders) {
        var gone = new ArrayList<Held>();
        for (var holder : holders) {
            for (var one : heldBy(holder)) {
                if (!LockNeed.isOfLane(one.name()) && takenOut(one)) {
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
                if (takenOut(one)) {
                    gone.add(one);
                }
            }
            held.remove(holder);
        }
        release(gone);
    }

    private void release(List<Held> locks) {
        var holds = locks.stream().map(Held::hold).toList();
        if (holds.isEmpty()) {
            return;
        }
        if (availability.isAway()) {
            unanswered.add(holds);
            return;
        }
        try {
            redis.free(holds);
        } catch (RedisException e) {
            unanswered.add(holds);
            availability.away(e);
        }
    }

    @Override
    public void await(String name) {
        listener.await(name);
    }

    /** Whoever looks says nothing of whether Redis is away: no work depends on that. */
    @Override
    public Map<String, Owner> owners(Collection<String> names) {
        if (names.isEmpty() || availability.isAway()) {
            return Map.of();
        }
        try {
            return redis.owners(List.copyOf(names), clock.instant());
        } catch (RedisException e) {
            log.atDebug().setCause(e).log("Redis does not tell who has locks");
            return Map.of();
        }
    }

    @Override
    public Status status() {
        var locks = held.values().stream().mapToInt(h -> h.locks.size()).sum();
        return new Status(availability.awaySince(), locks, keeper.lost(), keeper.retaken(), unasked.get());
    }

    /** Whether it is told what others free. */
    boolean isListening() {
        return redis.isListening();
    }

    /** How many locks are to be freed for want of an answer. */
    int toBeFreed() {
        return unanswered.size();
    }

    /** What is held is held no more by this process's account, and not freed: for tests, as if it had died. */
    void forget() {
        held.clear();
        unanswered.clear();
    }

    @Override
    public void close() {
        renewals.shutdown();
        availability.close();
        listener.close();
        redis.close();
    }
}
