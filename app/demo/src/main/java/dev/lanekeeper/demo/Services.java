package dev.lanekeeper.demo;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;

/**
 * What was started, to be stopped in the reverse order: by the end of the program, or by Ctrl-C at any moment, which waits for a
 * start that is under way and then stops that too.
 */
final class Services implements AutoCloseable {

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private boolean closed;

    /** Somebody pressed Ctrl-C while the demo was starting. */
    static final class Stopping extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    synchronized <T extends AutoCloseable> T start(Callable<T> service) {
        if (closed) {
            throw new Stopping();
        }
        try {
            var running = service.call();
            started.push(running);
            return running;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public synchronized void close() throws Exception {
        closed = true;
        Exception first = null;
        while (!started.isEmpty()) {
            try {
                started.pop().close();
            } catch (Exception e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
