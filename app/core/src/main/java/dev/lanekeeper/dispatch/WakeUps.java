package dev.lanekeeper.dispatch;

import dev.lanekeeper.work.SignalStore;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes the other nodes when lanes are READY that this one has no worker for, and is woken by them. One thread listens on a
 * connection of its own, another one sends, at most every ten milliseconds.
 */
final class WakeUps {

    private static final Logger log = LoggerFactory.getLogger(WakeUps.class);
    private static final Duration PAUSE = Duration.ofMillis(10);
    private static final Duration PATIENCE = Duration.ofMillis(500);
    private static final long RECONNECT_MILLIS = 1_000;

    private final SignalStore signals;
    private final NodeLife life;
    private final Runnable woken;
    private final Semaphore announcements = new Semaphore(0);
    private final Thread sender = new Thread(this::send, "lanekeeper-announcer");
    private final Thread listener = new Thread(this::listen, "lanekeeper-listener");
    private volatile boolean stopping;

    /** @param woken what to do when another node says that lanes are READY */
    WakeUps(SignalStore signals, NodeLife life, Runnable woken) {
        this.signals = signals;
        this.life = life;
        this.woken = woken;
        sender.setDaemon(true);
        listener.setDaemon(true);
    }

    /** @param listening whether this node has workers that may be woken */
    void start(boolean listening) {
        sender.start();
        if (listening) {
            listener.start();
        }
    }

    void stop() {
        stopping = true;
        announcements.release();
        join(sender);
        join(listener);
    }

    /** Returns at once. */
    void announce() {
        if (announcements.availablePermits() == 0) {
            announcements.release();
        }
    }

    private void send() {
        while (!stopping) {
            try {
                announcements.acquire();
                announcements.drainPermits();
                if (!stopping) {
                    signals.send(Long.toString(life.nodeId()));
                    TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                log.atDebug().log("A wake-up was not sent; the others look by themselves: {}", e.toString());
            }
        }
    }

    private void listen() {
        while (!stopping) {
            try (var listening = signals.listen()) {
                while (!stopping) {
                    var self = Long.toString(life.nodeId());
                    if (listening.await(PATIENCE).stream().anyMatch(sender -> !sender.equals(self))) {
                        woken.run();
                    }
                }
            } catch (RuntimeException e) {
                log.atDebug().log("The listening connection is lost; it is opened again: {}", e.toString());
                pause();
            }
        }
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(RECONNECT_MILLIS);
        } catch (InterruptedException e) {
            stopping = true;
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(2_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
