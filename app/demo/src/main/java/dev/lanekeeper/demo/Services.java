package dev.lanekeeper.demo;

import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * What was started, to be stopped in the reverse order: by the end of the program, or by Ctrl-C at any moment, which waits for a
 * start that is under way and then stops that too.
 */
final class Services implements AutoCloseable {

    private final Deque<AutoCloseable> started = new ConcurrentLinkedDeque<>();

    /** Shared by those who start something, some of them at the same time, and held alone by the one who stops everything. */
    private final ReadWriteLock starting = new ReentrantReadWriteLock();

    private volatile boolean closed;

    /** Somebody pressed Ctrl-C while the demo was starting. */
    static final class Stopping extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    <T extends AutoCloseable> T start(Callable<T> service) {
        starting.readLock().lock();
        try {
            if (closed) {
                throw new Stopping();
            }
            var running = service.call();
            started.push(running);
            return running;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        } finally {
            starting.readLock().unlock();
        }
    }

    /** Whether everything is being stopped, or has been. */
    boolean isClosed() {
        return closed;
    }

    @Override
    public void close() throws Exception {
        closed = true;
        starting.writeLock().lock();
        try {
            stopAll();
        } finally {
            starting.writeLock().unlock();
        }
    }

    private void stopAll() throws Exception {
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
