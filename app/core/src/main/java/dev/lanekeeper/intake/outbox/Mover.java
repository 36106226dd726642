package dev.lanekeeper.intake.outbox;

import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.EntryStorer;
import dev.lanekeeper.work.EntryStorer.Batch;
import dev.lanekeeper.work.OutboxStore;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the entries of its shards on a thread of its own: at once those that this process has committed, and those of others
 * when it looks.
 *
 * <p>What cannot be moved never keeps the loop hot: only entries that were moved make it look again soon.
 */
final class Mover {

    private static final Logger log = LoggerFactory.getLogger(Mover.class);
    private static final int FIRST_SLOT = 31_000;
    private static final long MOST_BYTES = 8L << 20;

    /** Longer than a pool lets a thread wait for a connection, by default. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final int number;
    private final long mask;
    private final MoverSettings settings;
    private final EntryStorer storer;
    private final OutboxStore outbox;
    private final DirtyShards dirty;
    private final LongSupplier nodeId;
    private final Thread thread;
    private final Set<Integer> pending = new TreeSet<>();
    private final Linger linger;
    private long nextLook = System.nanoTime();
    private long busyNanos = BUSY_NANOS;
    private boolean found;
    private volatile boolean stopping;
    private volatile long beat = System.nanoTime();
    private final AtomicLong moved = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private volatile @Nullable String problem;

    /** What it works with. */
    record Means(EntryStorer storer, OutboxStore outbox, DirtyShards dirty, LongSupplier nodeId) {}

    Mover(int number, MoverSettings settings, Means means) {
        this.number = number;
        this.settings = settings;
        this.mask = mask(number, settings.threads());
        this.storer = means.storer();
        this.outbox = means.outbox();
        this.dirty = means.dirty();
        this.nodeId = means.nodeId();
        this.linger = new Linger(settings.linger(), System.nanoTime());
        this.thread = new Thread(this::loop, "lanekeeper-outbox-" + number);
        thread.setDaemon(true);
    }

    private static long mask(int number, int threads) {
        var bits = 0L;
        for (var shard = number; shard < OutboxStore.SHARDS; shard += threads) {
            bits |= 1L << shard;
        }
        return bits;
    }

    void start() {
        thread.start();
    }

    void stop() {
        stopping = true;
    }

    /** @return whether it has ended */
    boolean join(Duration patience) {
        try {
            thread.join(Math.max(1, patience.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }

    MoverStatus status() {
        return new MoverStatus(
                number,
                thread.isAlive(),
                Duration.ofNanos(System.nanoTime() - beat),
                settings.sleep().multipliedBy(settings.idleMultiplier()).plus(PATIENCE),
                moved.get(),
                refused.get(),
                problem);
    }

    private void loop() {
        while (!stopping) {
            try {
                turn();
                recovered();
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                troubledBy(e);
            }
        }
    }

    private void turn() throws InterruptedException {
        pending.addAll(dirty.take(mask, pending.isEmpty() ? nextLook - System.nanoTime() : 0));
        if (!stopping && System.nanoTime() >= nextLook) {
            look();
        }
        if (!stopping && !pending.isEmpty()) {
            letGather();
            move();
        }
    }

    /** Not to be woken by each of them. */
    private void letGather() throws InterruptedException {
        var nanos = linger.nanosLeft(System.nanoTime());
        if (nanos > 0) {
            TimeUnit.NANOSECONDS.sleep(nanos);
            pending.addAll(dirty.take(mask, 0));
        }
    }

    /** What nobody told us of: entries of other processes, and those that were seen late. */
    private void look() {
        // Not before the answer, so that a look that failed is repeated.
        outbox.shardsWithEntries().stream().filter(this::isOurs).forEach(pending::add);
        beat = System.nanoTime();
        nextLook = beat + settings.sleep().toNanos() * (found ? 1 : settings.idleMultiplier());
        found = false;
    }

    private boolean isOurs(int shard) {
        return (mask & 1L << shard) != 0;
    }

    private void move() throws InterruptedException {
        var batch = new Batch(
                nodeId.getAsLong(), FIRST_SLOT + number, List.copyOf(pending), settings.batchSize(), MOST_BYTES);
        var done = storer.move(batch);
        beat = System.nanoTime();
        pending.clear();
        pending.addAll(done.busy());
        pending.addAll(done.unfinished());
        moved.addAndGet(done.entries());
        refused.addAndGet(done.refused());
        if (done.entries() > 0) {
            found = true;
            busyNanos = BUSY_NANOS;
            nextLook = Math.min(nextLook, System.nanoTime() + settings.sleep().toNanos());
            linger.moved(done.entries(), !done.unfinished().isEmpty(), System.nanoTime());
        } else if (!done.busy().isEmpty()) {
            letOthersFinish();
        }
    }

    /** Whoever moves these shards may have looked before our entries were committed, so they are tried again. */
    private void letOthersFinish() throws InterruptedException {
        dirty.pause(busyNanos);
        busyNanos = Math.min(2 * busyNanos, settings.sleep().toNanos());
    }

    private void troubledBy(RuntimeException e) {
        var first = problem == null;
        problem = e.toString();
        if (first) {
            log.atWarn()
                    .addKeyValue("mover", number)
                    .setCause(Database.isAway(e) ? null : e)
                    .log("Outbox entries cannot be moved; it is tried again: {}", e.toString());
        }
        try {
            dirty.pause(settings.sleep().toNanos() * settings.idleMultiplier());
        } catch (InterruptedException interrupted) {
            stopping = true;
        }
    }

    private void recovered() {
        if (problem != null) {
            problem = null;
            log.atInfo().addKeyValue("mover", number).log("Outbox entries are moved again");
        }
    }
}
