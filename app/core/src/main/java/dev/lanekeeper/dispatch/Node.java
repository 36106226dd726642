package dev.lanekeeper.dispatch;

import dev.lanekeeper.handler.RegisteredHandlers;
import dev.lanekeeper.jobs.JobRunrServer;
import dev.lanekeeper.jobs.Repeated;
import dev.lanekeeper.lock.RedissonLocks;
import dev.lanekeeper.lock.RemoteLocks;
import dev.lanekeeper.run.ActiveRun;
import dev.lanekeeper.run.ActiveRuns;
import dev.lanekeeper.run.Deadlines;
import dev.lanekeeper.run.LaneRunner;
import dev.lanekeeper.run.RunListener;
import dev.lanekeeper.run.RunWatch;
import dev.lanekeeper.setting.LiveSettings;
import dev.lanekeeper.work.ApplicationSearch;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.DatabaseClock;
import dev.lanekeeper.work.HandOver;
import dev.lanekeeper.work.LaneClaimer;
import dev.lanekeeper.work.LaneSearch;
import dev.lanekeeper.work.NodeRescuer;
import dev.lanekeeper.work.NodeStore;
import dev.lanekeeper.work.Probe;
import dev.lanekeeper.work.ResultRecorder;
import dev.lanekeeper.work.SignalStore;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process of an application at work: its workers, its heartbeat, its timers. Made and started once, stopped once.
 */
public final class Node {

    private static final Logger log = LoggerFactory.getLogger(Node.class);
    private static final long BEAT_MILLIS = 2_000;
    private static final long SWEEP_MINUTES = 10;
    private static final long WATCH_MILLIS = 500;
    private static final Duration LET_GO = Duration.ofSeconds(2);

    private final NodeSettings settings;
    private final ActiveRuns runs = new ActiveRuns();
    private final Deadlines deadlines = new Deadlines();
    private final Workers workers;
    private final NodeLife life;
    private final JobRunrServer jobs;
    private final Dispatcher dispatcher;
    private final WakeUps wakeUps;
    private final HandOver handOver;
    private final HandOver toCaller;
    private final LaneRunner runner;
    private final RemoteLocks locks;
    private final RunWatch watch;
    private final ScheduledExecutorService heart = daemon("lanekeeper-heartbeat");
    private final ScheduledExecutorService guard = daemon("lanekeeper-watch");
    private final ScheduledExecutorService waker = daemon("lanekeeper-wake");
    private volatile long watchedNanos = System.nanoTime();

    public Node(
            NodeSettings settings,
            Database database,
            DatabaseClock clock,
            RegisteredHandlers handlers,
            LiveSettings live,
            List<RunListener> listeners,
            Probe probe) {
        this.settings = settings;
        this.workers = new Workers(
                settings.runsWork() ? settings.jobs().workers() : 0,
                n -> live.of(n).workerShare());
        var lanes = new LaneSearch(database);
        this.life = new NodeLife(
                new NodeLife.Means(
                        new NodeStore(database),
                        new NodeRescuer(database, clock, probe, settings.run().chunk()),
                        new ResultRecorder(database, clock, probe),
                        lanes,
                        clock),
                runs,
                new NodeStore.NewNode(
                        settings.name(), settings.version(), settings.roles(), workers.total(), handlers.numbers()));
        this.jobs = new JobRunrServer(settings.jobs(), database.dataSource(), this::perform);
        var pace = new Pace(settings.run().maxItems() == 1);
        var launcher = new Launcher(runs, workers, jobs);
        var claimer = new LaneClaimer(database, clock, probe);
        var rules = new LaneClaims.Rules(handlers, workers, pace, new Hints(handlers.numbers()), live);
        var claims = new LaneClaims(rules, new LaneClaims.Hands(runs, claimer, life, jobs, launcher));
        this.dispatcher = new Dispatcher(rules, claims, lanes, clock);
        this.wakeUps = new WakeUps(new SignalStore(database), life, dispatcher::hinted);
        var means = new WorkerHandOver.Means(workers, pace, jobs, dispatcher, launcher, life, wakeUps);
        this.handOver = new WorkerHandOver(means);
        this.toCaller = new WorkerHandOver(means.toCaller());
        this.locks = settings.redis() == null || !settings.runsWork()
                ? RemoteLocks.NONE
                : new RedissonLocks(settings.redis(), new ApplicationSearch(database)::id, clock, this::freed);
        this.runner = new LaneRunner(
                new LaneRunner.Neighbours(runs, handlers, live, dispatcher, life, deadlines, listeners, locks),
                settings.run(),
                database,
                clock,
                probe);
        this.watch = runner.watch();
        live.onChange(dispatcher::hinted);
    }

    /** How locks stand that are shared with other applications. */
    public RemoteLocks locks() {
        return locks;
    }

    /** On a thread of Redisson's, which must not wait for the database. */
    private void freed(String lock) {
        try {
            waker.execute(() -> wake(lock));
        } catch (RejectedExecutionException e) {
            log.atDebug().log("This node stops; who waits for {} comes by itself", lock);
        }
    }

    private void wake(String lock) {
        try {
            runner.freed(lock);
        } catch (RuntimeException e) {
            log.atDebug().log("Who waits for {} was not woken, and comes by itself: {}", lock, e.toString());
        }
    }

    private void perform(UUID runId) {
        runner.run(runId);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // both tasks keep what goes wrong in them to themselves
    public void start() {
        life.begin();
        heart.scheduleWithFixedDelay(this::beat, BEAT_MILLIS, BEAT_MILLIS, TimeUnit.MILLISECONDS);
        if (settings.runsWork()) {
            jobs.start();
            dispatcher.start();
            watchedNanos = System.nanoTime();
            guard.scheduleWithFixedDelay(this::look, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
            guard.scheduleWithFixedDelay(this::sweep, 0, SWEEP_MINUTES, TimeUnit.MINUTES);
        }
        wakeUps.start(settings.runsWork());
    }

    /**
     * Starts no run any more, lets those that work hand back their lanes, and takes this node out of the books; the intakes
     * have been stopped before.
     *
     * @param patience how long to wait for handlers that are being called
     * @return whether all runs have ended; what did not is named in the log and stays in the books until others free it
     */
    public boolean stop(Duration patience) {
        var deadline = System.nanoTime() + patience.toNanos();
        if (settings.runsWork()) {
            dispatcher.stop();
        }
        while (!runs.isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        var clean = runs.isEmpty();
        if (!clean) {
            nameWhatHangs();
            runs.all().forEach(ActiveRun::abandon);
        }
        shutDown(clean);
        return clean;
    }

    private void nameWhatHangs() {
        for (var run : runs.all()) {
            var working = run.working();
            if (working != null) {
                log.atError()
                        .addKeyValue("handler", working.handler())
                        .addKeyValue("item", working.item().itemId())
                        .addKeyValue("thread", working.thread().getName())
                        .log("A handler did not end in time; it is given up and its item will run again");
            }
        }
    }

    private void shutDown(boolean clean) {
        if (settings.runsWork()) {
            jobs.stop(clean ? LET_GO : Duration.ZERO);
        }
        heart.shutdownNow();
        guard.shutdownNow();
        waker.shutdownNow();
        wakeUps.stop();
        locks.close();
        deadlines.close();
        awaitLastBeat();
        if (clean) {
            try {
                life.end();
            } catch (RuntimeException e) {
                log.atWarn().log("This node could not sign off; the others will notice: {}", e.toString());
            }
        }
    }

    /** A beat that comes after the node has signed off would enter it in the books again. */
    private void awaitLastBeat() {
        try {
            if (!heart.awaitTermination(LET_GO.toMillis(), TimeUnit.MILLISECONDS)) {
                log.atWarn().log("The heartbeat does not end; this node may be declared dead later");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void beat() {
        if (life.beat(watch)) {
            dispatcher.hinted();
        }
    }

    private void sweep() {
        try {
            runner.sweepLocks();
        } catch (RuntimeException e) {
            log.atWarn()
                    .log("Rows of locks that hold nothing could not be swept up; it is tried again: {}", e.toString());
        }
    }

    private void look() {
        watchedNanos = System.nanoTime();
        try {
            watch.look();
        } catch (RuntimeException e) {
            log.atError().setCause(e).log("The watch over the runs failed; it goes on");
        }
    }

    public HandOver handOver() {
        return handOver;
    }

    /** The same to the thread that stores it; on the thread of a worker, which is at something else, to another worker. */
    public HandOver toCaller() {
        return jobs.isWorker() ? handOver : toCaller;
    }

    /** To be called before the start: what JobRunr has one node of all do again and again. */
    public void repeat(Repeated what) {
        jobs.repeat(what);
    }

    /** How long ago the watch over the runs last looked; no time on a node without workers. */
    public Duration sinceWatch() {
        return settings.runsWork() ? Duration.ofNanos(System.nanoTime() - watchedNanos) : Duration.ZERO;
    }

    /** How long ago the dispatcher last came round; no time on a node without workers. */
    public Duration sinceDispatch() {
        return settings.runsWork() ? dispatcher.sinceTurn() : Duration.ZERO;
    }

    public NodeLife life() {
        return life;
    }

    /** The runs that are at work now. */
    public Collection<ActiveRun> runs() {
        return runs.all();
    }

    public int workers() {
        return workers.total();
    }

    public int busyWorkers() {
        return workers.busy();
    }

    /** Whether JobRunr's server runs; true on a node without workers. */
    public boolean isJobServerRunning() {
        return !settings.runsWork() || jobs.isRunning();
    }

    /** Where JobRunr's own pages are; {@code null} when they are off, or this node has no workers. */
    public @Nullable URI dashboard() {
        return jobs.dashboard();
    }

    private static ScheduledExecutorService daemon(String name) {
        return Executors.newSingleThreadScheduledExecutor(task -> {
            var thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }
}
