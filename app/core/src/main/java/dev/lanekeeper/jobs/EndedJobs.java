package dev.lanekeeper.jobs;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Jobs of runs that have ended, gathered for a moment and written together on a thread of this class: what a run has done is
 * recorded elsewhere by then, so nobody waits for it. A job that is lost here, with its process, is taken for an orphan by JobRunr,
 * and its second run finds nothing to do.
 *
 * <p>While they cannot be written they are kept, up to a limit. Safe for all threads.
 */
final class EndedJobs<T> {

    private static final Logger LOG = LoggerFactory.getLogger(EndedJobs.class);
    private static final Duration GATHERED_FOR = Duration.ofMillis(50);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int MOST_TOGETHER = 256;
    private static final int MOST_KEPT = 20_000;

    private final Consumer<List<T>> save;
    private final LinkedBlockingDeque<T> waiting = new LinkedBlockingDeque<>(MOST_KEPT);
    private final AtomicBoolean planned = new AtomicBoolean();
    private final ScheduledThreadPoolExecutor thread;
    private volatile boolean closed;

    /** @param save in one transaction; throws when none could be saved */
    EndedJobs(Consumer<List<T>> save) {
        this.save = save;
        var factory = new CustomizableThreadFactory("lanekeeper-jobrunr-ended-");
        factory.setDaemon(true);
        this.thread = new ScheduledThreadPoolExecutor(1, factory);
        thread.setKeepAliveTime(10, TimeUnit.SECONDS);
        thread.allowCoreThreadTimeOut(true);
    }

    /**
     * To be written soon.
     *
     * @return false when it is not taken, since too many wait or this is closed
     */
    boolean add(T job) {
        var taken = !closed && waiting.offer(job);
        if (taken) {
            plan(GATHERED_FOR);
        }
        return taken;
    }

    /** How many wait to be written. */
    int waiting() {
        return waiting.size();
    }

    /** Takes jobs again after {@link #close}. */
    void open() {
        closed = false;
    }

    /** Leaves to JobRunr what could not be written, and what still comes: its database may never be there again. */
    void close() {
        closed = true;
        waiting.clear();
    }

    /** Writes what waits on the calling thread; a job that the database refuses is left to JobRunr, and holds up no other. */
    void flush() {
        var most = MOST_TOGETHER;
        while (!waiting.isEmpty()) {
            var jobs = new ArrayList<T>();
            waiting.drainTo(jobs, most);
            most = jobs.isEmpty() || save(jobs) ? MOST_TOGETHER : 1;
        }
    }

    /** @return false when they are to be tried one by one */
    private boolean save(List<T> jobs) {
        try {
            save.accept(jobs);
            return true;
        } catch (RuntimeException e) {
            if (isRefusal(e) && jobs.size() == 1) {
                LOG.warn("JobRunr's row of an ended run cannot be written; it is left as it is", e);
                return true;
            }
            keep(jobs);
            if (isRefusal(e)) {
                return false;
            }
            throw e;
        }
    }

    private void keep(List<T> jobs) {
        for (var i = jobs.size() - 1; i >= 0 && !closed; i--) {
            waiting.offerFirst(jobs.get(i));
        }
    }

    /** Data exception or integrity constraint: a further try cannot end otherwise. */
    private static boolean isRefusal(RuntimeException e) {
        return NestedExceptionUtils.getMostSpecificCause(e) instanceof SQLException s
                && s.getSQLState() != null
                && (s.getSQLState().startsWith("22") || s.getSQLState().startsWith("23"));
    }

    private void plan(Duration in) {
        if (planned.compareAndSet(false, true)) {
            var unused = thread.schedule(this::turn, in.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void turn() {
        planned.set(false); // before the look, so that what comes from now on is looked for again
        try {
            flush();
        } catch (RuntimeException e) {
            LOG.debug("Ended runs cannot be written to JobRunr's table; it is tried again", e);
            if (!closed) {
                plan(PAUSE);
            }
        }
    }
}
