package dev.lanekeeper.demo;

import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Sends a few events a second, at uneven intervals, as people order. */
final class GentleStream implements AutoCloseable {

    private static final int EVENTS_A_SECOND = 8;
    private static final int PATIENCE_SECONDS = 5;
    private static final long SECOND = 1_000_000_000;

    private final SampleEvents events;
    private final Sender sender;
    private final Random random = new Random();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        var made = new Thread(task, "demo-stream");
        made.setDaemon(true);
        return made;
    });

    private volatile boolean closed;

    private GentleStream(SampleEvents events, Sender sender) {
        this.events = events;
        this.sender = sender;
    }

    static GentleStream start(SampleEvents events, Sender sender) {
        var stream = new GentleStream(events, sender);
        stream.thread.execute(stream::sendUntilClosed);
        return stream;
    }

    private void sendUntilClosed() {
        while (!closed) {
            sender.send(events.next());
            LockSupport.parkNanos((long) (-Math.log(1 - random.nextDouble()) * SECOND / EVENTS_A_SECOND));
        }
    }

    /** Returns when nothing more is sent. */
    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.shutdown();
        thread.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
