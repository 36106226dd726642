package dev.lanekeeper.jobs;

import static org.jobrunr.storage.Paging.AmountBasedList.ascOnUpdatedAt;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.configuration.BackgroundJobServerWorkerPolicy;
import org.jobrunr.server.strategy.WorkDistributionStrategy;
import org.jobrunr.server.threadpool.JobRunrExecutor;
import org.jobrunr.storage.navigation.AmountRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * The threads that runs work on. Each run starts at once, never in a queue: a run that waits has no heartbeat, and JobRunr would call
 * it an orphan. Who hands over counts the workers; JobRunr itself takes from the queue no more than there are free ones.
 *
 * <p>JobRunr stops itself when a heartbeat fails, and would interrupt all that works; here that only closes the door, and what works
 * goes on to its end.
 */
final class RunWorkers implements BackgroundJobServerWorkerPolicy, JobRunrExecutor, WorkDistributionStrategy {

    private static final Logger LOG = LoggerFactory.getLogger(RunWorkers.class);
    private static final String THREAD_NAME = "lane-run-";
    private static final int JDK_WITH_VIRTUAL_THREADS = 21;

    private final int workers;
    private final Executor threads;
    private final Set<Thread> busy = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private int running;
    private volatile boolean open;
    private volatile boolean draining;

    RunWorkers(int workers, boolean virtualThreads) {
        this.workers = workers;
        this.threads = virtualThreads && Runtime.version().feature() >= JDK_WITH_VIRTUAL_THREADS
                ? new VirtualThreadTaskExecutor(THREAD_NAME)
                : platformThreads();
    }

    @Override
    public WorkDistributionStrategy toWorkDistributionStrategy(BackgroundJobServer server) {
        return this;
    }

    @Override
    public JobRunrExecutor toJobRunrExecutor() {
        return this;
    }

    @Override
    public int getWorkerCount() {
        return workers;
    }

    /**
     * How many queued jobs JobRunr may take now: one even if all workers are busy, or what is {@link Repeated} would never have its turn
     * under load; a run that takes this way finds no worker free and ends. JobRunr also asks on a worker's thread after each run; the
     * queue is nearly always empty, so that would be a query for every run in vain.
     */
    @Override
    public AmountRequest getWorkPageRequest() {
        boolean none = draining || busy.contains(Thread.currentThread());
        return ascOnUpdatedAt(none ? 0 : Math.max(1, workers - running()));
    }

    /** Called by JobRunr at its start. */
    @Override
    public void start() {
        open = true;
    }

    /** Called by JobRunr at its stop; the patience is that of {@link #awaitIdle}, which our own stop calls before. */
    @Override
    public void stop(Duration unused) {
        open = false;
    }

    /** Opens the door again after {@link #drain}. */
    void reopen() {
        draining = false;
    }

    /** From now on JobRunr takes nothing from the queue. */
    void drain() {
        draining = true;
    }

    boolean isDraining() {
        return draining;
    }

    @Override
    public void execute(Runnable run) {
        if (!open) {
            throw new RejectedExecutionException("JobRunr's server is stopped");
        }
        count(1);
        try {
            threads.execute(() -> work(run));
        } catch (RuntimeException | Error e) {
            count(-1);
            throw e;
        }
    }

    /** The same on the calling thread, which is a worker meanwhile. */
    void executeHere(Runnable run) {
        if (!open) {
            throw new RejectedExecutionException("JobRunr's server is stopped");
        }
        count(1);
        work(run);
    }

    boolean isWorker() {
        return busy.contains(Thread.currentThread());
    }

    /** Waits until no run works any more; false when the patience ends before. */
    boolean awaitIdle(Duration patience) {
        lock.lock();
        try {
            var nanos = patience.toNanos();
            while (running > 0 && nanos > 0) {
                nanos = idle.awaitNanos(nanos);
            }
            return running == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    void interrupt() {
        busy.forEach(Thread::interrupt);
    }

    private int running() {
        lock.lock();
        try {
            return running;
        } finally {
            lock.unlock();
        }
    }

    private void work(Runnable run) {
        busy.add(Thread.currentThread());
        try {
            run.run();
        } catch (RuntimeException e) {
            LOG.warn("JobRunr failed around a run that has ended", e);
        } finally {
            busy.remove(Thread.currentThread());
            count(-1);
        }
    }

    private void count(int change) {
        lock.lock();
        try {
            running += change;
            if (running == 0) {
                idle.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private static Executor platformThreads() {
        var factory = new CustomizableThreadFactory(THREAD_NAME);
        factory.setDaemon(true);
        return new ThreadPoolExecutor(0, Integer.MAX_VALUE, 60, TimeUnit.SECONDS, new SynchronousQueue<>(), factory);
    }
}
