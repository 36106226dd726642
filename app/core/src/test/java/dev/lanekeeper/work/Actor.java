package dev.lanekeeper.work;

import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** Somebody who works on the database in a thread of its own, and who can be held before a statement of it. */
final class Actor {

    private static final ThreadLocal<Actor> CURRENT = new ThreadLocal<>();
    private static final long PATIENCE_SECONDS = 30;
    private static final Set<String> CLASHES = Set.of("40P01", "55P03");

    private final String name;
    private final BiPredicate<String, Integer> isHeldBefore;
    private final Thread thread;
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch mayGoOn = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final List<String> clashes = new CopyOnWriteArrayList<>();
    private final AtomicInteger statements = new AtomicInteger();
    private volatile int backend;
    private volatile String heldAt = "";
    private volatile int heldBefore;
    private volatile @Nullable Throwable failure;

    /** @param heldBefore the number of the statement, from 1, before which it waits; 0 for none */
    Actor(String name, int heldBefore, Runnable script) {
        this(name, (statement, number) -> number == heldBefore, script);
    }

    /** One that waits with all that it has done before it commits for the first time. */
    static Actor heldBeforeCommit(String name, Runnable script) {
        return new Actor(name, (statement, number) -> statement.equals("COMMIT"), script);
    }

    private Actor(String name, BiPredicate<String, Integer> isHeldBefore, Runnable script) {
        this.name = name;
        this.isHeldBefore = isHeldBefore;
        this.thread = new Thread(() -> play(script), name);
        this.thread.setDaemon(true);
    }

    static @Nullable Actor onThisThread() {
        return CURRENT.get();
    }

    private void play(Runnable script) {
        CURRENT.set(this);
        try {
            script.run();
        } catch (Throwable e) {
            failure = e;
        } finally {
            arrived.countDown();
            ended.countDown();
        }
    }

    /** Starts it and returns when it waits before its statement, or has ended without coming to it: false. */
    boolean startAndHold() throws InterruptedException {
        thread.start();
        await(arrived);
        return !heldAt.isEmpty();
    }

    void start() {
        thread.start();
    }

    /** Starts it and returns when it has ended or waits for a lock that somebody else holds. */
    void startAndLetRun(Watch watch) throws InterruptedException {
        start();
        settle(watch);
    }

    /** Returns when it has ended, waits before its statement, or waits for a lock that somebody else holds. */
    void settle(Watch watch) throws InterruptedException {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!ended.await(3, TimeUnit.MILLISECONDS)) {
            if (isHeld() || backend != 0 && watch.isWaiting(backend)) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError(name + " neither ended nor waited for a lock");
            }
        }
    }

    private boolean isHeld() {
        return arrived.getCount() == 0 && mayGoOn.getCount() > 0;
    }

    /** Tells whether a backend waits for a lock. */
    @FunctionalInterface
    interface Watch {
        boolean isWaiting(int backend);
    }

    void goOn() {
        mayGoOn.countDown();
    }

    void join() throws InterruptedException {
        await(ended);
    }

    private void await(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError(name + " hangs at its statement " + statements + ": " + heldAt);
        }
    }

    void connected(int pid) {
        backend = pid;
    }

    void reaches(String statement) {
        var number = statements.incrementAndGet();
        if (heldAt.isEmpty() && isHeldBefore.test(statement, number)) {
            heldBefore = number;
            heldAt = statement.strip().lines().findFirst().orElse("");
            arrived.countDown();
            try {
                if (!mayGoOn.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    throw new AssertionError(name + " was never told to go on");
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    void failed(SQLException e) {
        if (CLASHES.contains(e.getSQLState())) {
            clashes.add(name + ": " + e.getMessage().lines().findFirst().orElse(""));
        }
    }

    /** Deadlocks and lock timeouts that it met, though it may have got over them. */
    List<String> clashes() {
        return clashes;
    }

    String heldAt() {
        return name + " before its statement " + heldBefore + " (" + heldAt + ")";
    }

    @Nullable
    Throwable failure() {
        return failure;
    }
}
