package dev.lanekeeper.dispatch;

import dev.lanekeeper.handler.RegisteredHandlers;
import dev.lanekeeper.run.ActiveRun;
import dev.lanekeeper.run.RunSupply;
import dev.lanekeeper.work.LaneSearch;
import dev.lanekeeper.work.OwnedLane;
import dev.lanekeeper.work.Recorded;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Turns READY lanes into runs on this node's free workers: when it is told that there are some, when a lane becomes due, when
 * a worker is free again, and at least once a second.
 *
 * <p>One thread a node; the methods of {@link RunSupply} are called by the runs.
 */
final class Dispatcher implements RunSupply {

    /** Tally rows of what this node does outside of any run. */
    static final int OWN_SLOT = 999;

    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration AHEAD = Duration.ofSeconds(10);
    private static final int MOST_DUE_TIMES = 10_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final RegisteredHandlers handlers;
    private final Workers workers;
    private final Pace pace;
    private final Hints hints;
    private final DueTimes dueTimes = new DueTimes();
    private final LaneClaims claims;
    private final LaneSearch lanes;
    private final Clock clock;
    private final Thread thread = new Thread(this::loop, "lanekeeper-dispatcher");
    private boolean woken;
    private volatile boolean stopping;
    private volatile boolean hungry;
    private volatile long turnNanos = System.nanoTime();
    private boolean troubled;

    Dispatcher(LaneClaims.Rules rules, LaneClaims claims, LaneSearch lanes, Clock clock) {
        this.handlers = rules.handlers();
        this.workers = rules.workers();
        this.pace = rules.pace();
        this.hints = rules.hints();
        this.claims = claims;
        this.lanes = lanes;
        this.clock = clock;
        thread.setDaemon(true);
    }

    void start() {
        hints.hintAll();
        turnNanos = System.nanoTime();
        thread.start();
    }

    /** No run is started any more, and those that work give their lanes back after the current item. */
    void stop() {
        stopping = true;
        claims.close();
        wake();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void wake() {
        lock.lock();
        try {
            woken = true;
            news.signal();
        } finally {
            lock.unlock();
        }
    }

    /** How long ago its thread last came round, which it does at least once a second while the database answers. */
    Duration sinceTurn() {
        return Duration.ofNanos(System.nanoTime() - turnNanos);
    }

    /** Somebody says that lanes are READY. */
    void hinted() {
        hints.hintAll();
        wake();
    }

    /** Whether a run may be started on this node now. */
    boolean isOpen() {
        return claims.isOpen();
    }

    private void loop() {
        var nextLook = System.nanoTime();
        while (!stopping) {
            turnNanos = System.nanoTime();
            try {
                if (System.nanoTime() >= nextLook) {
                    nextLook = System.nanoTime() + LOOK.toNanos();
                    look();
                }
                if (dueTimes.passed(clock.instant())) {
                    hints.hintAll();
                }
                dispatch();
                recovered();
            } catch (DataAccessException | TransactionException e) {
                troubledBy(e);
            } catch (RuntimeException e) {
                log.atError().setCause(e).log("The dispatcher failed; it goes on");
            }
            await(nextLook);
        }
    }

    private void await(long nextLook) {
        lock.lock();
        try {
            var nanos = Math.max(0, nextLook - System.nanoTime());
            var due = dueTimes.next();
            if (due != null) {
                nanos = Math.min(
                        nanos,
                        Math.max(0, Duration.between(clock.instant(), due).toNanos()));
            }
            while (!woken && !stopping && nanos > 0) {
                nanos = news.awaitNanos(nanos);
            }
            woken = false;
        } catch (InterruptedException e) {
            stopping = true;
        } finally {
            lock.unlock();
        }
    }

    /** What nobody told us: lanes that are READY, lanes that are due soon. */
    private void look() {
        var now = clock.instant();
        var ready = lanes.readyHandlers(handlers.numbers(), now);
        hints.hint(ready);
        dueTimes.add(lanes.dueBetween(handlers.numbers(), now, now.plus(AHEAD), MOST_DUE_TIMES));
        hungry = ready.stream().anyMatch(this::isStarving);
    }

    /** A handler that has work and fewer runs than its fair part of the workers while none is free. */
    private boolean isStarving(int handlerId) {
        return workers.free() == 0 && workers.running(handlerId) < fairPart() && mayRun(handlerId);
    }

    private int fairPart() {
        return Math.max(1, workers.total() / Math.max(1, handlers.numbers().size()));
    }

    private void dispatch() {
        while (isOpen() && claims.startRuns()) {
            // As long as there are both lanes and workers.
        }
    }

    @Override
    public @Nullable ActiveRun adopt(UUID runId) {
        return claims.adopt(runId);
    }

    @Override
    public List<OwnedLane> next(ActiveRun run) {
        var claimed = claims.next(run);
        var handler = run.handlerId();
        if (!claimed.isEmpty() && hints.isHinted(handler) && workers.allowed(handler) > 0) {
            wake();
        }
        return claimed;
    }

    @Override
    public boolean mayRun(int handlerId) {
        return claims.mayRun(handlerId);
    }

    @Override
    public boolean shouldYield(ActiveRun run) {
        return stopping
                || workers.hasTooMany(run.handlerId())
                || (hungry && workers.running(run.handlerId()) > fairPart());
    }

    @Override
    public void settled(Recorded recorded) {
        var soon = clock.instant().plus(AHEAD);
        var due = recorded.blocked().stream()
                .map(Recorded.Blocked::dueAt)
                .filter(d -> d.isBefore(soon))
                .toList();
        if (!due.isEmpty()) {
            dueTimes.add(due);
            wakeFor(due);
        }
        if (recorded.ready() > 0) {
            hints.hintAll();
            wake();
        }
    }

    private void wakeFor(List<Instant> due) {
        var first = due.stream().min(Instant::compareTo).orElseThrow();
        if (first.equals(dueTimes.next())) {
            wake();
        }
    }

    @Override
    public void measured(int handlerId, long nanos) {
        pace.measured(handlerId, nanos);
    }

    @Override
    public void ended(ActiveRun run) {
        workers.release(run.handlerId(), run.slot());
        hungry = false;
        wake();
    }

    /** Somebody needs a worker and none is free for it. */
    void starved(int handlerId) {
        hints.hint(handlerId);
        hungry = hungry || isStarving(handlerId);
        wake();
    }

    private void troubledBy(RuntimeException e) {
        if (!troubled) {
            troubled = true;
            log.atWarn().log("The dispatcher cannot reach the database; it tries again: {}", e.toString());
        }
    }

    private void recovered() {
        if (troubled) {
            troubled = false;
            log.atInfo().log("The dispatcher has the database again");
        }
    }
}
