package dev.lanekeeper.latency;

import dev.lanekeeper.work.Database;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;

/**
 * Reports, whenever its turn comes, how old work was when it was done, and knows whether this node's report is the newest of all
 * nodes'. Only then are its numbers shown as gauges.
 *
 * <p>That is a lease: a report is shown only as long as the database has confirmed within the last seconds, by this process's own
 * monotonic clock, that there is no newer one; a node that takes over waits until the last confirmation of the one before it is over.
 * So a node that was frozen and goes on shows nothing of what it had found before, and at no moment do two nodes show.
 */
public final class LatencyReports {

    private static final Logger log = LoggerFactory.getLogger(LatencyReports.class);
    private static final Duration LEASE = Duration.ofSeconds(6);
    private static final int CONFIRMATIONS_IN_A_LEASE = 3;

    /** Reports that come late are waited for; then the numbers are too old to be shown. */
    private static final int INTERVALS_SHOWN = 3;

    private final LatencyReportStore store;
    private final Duration interval;
    private final long lease;
    private final LongSupplier nodeId;
    private final LongSupplier nanos;
    private final @Nullable LatencyGauges gauges;
    private @Nullable Own own;
    private @Nullable ScheduledExecutorService thread;
    private boolean troubled;

    /**
     * @param interval how often a report is due
     * @param nodeId this node's current incarnation
     * @param registry where the numbers are shown; {@code null} if they are only written
     */
    public LatencyReports(Database database, Duration interval, LongSupplier nodeId, @Nullable MeterRegistry registry) {
        this(new LatencyReportStore(database), new Times(interval, LEASE, System::nanoTime), nodeId, registry);
    }

    LatencyReports(LatencyReportStore store, Times times, LongSupplier nodeId, @Nullable MeterRegistry registry) {
        this.store = store;
        this.interval = times.interval();
        this.lease = times.lease().toNanos();
        this.nodeId = nodeId;
        this.gauges = registry == null ? null : new LatencyGauges(registry, this::isShown);
        this.nanos = times.nanos();
    }

    /** @param nanos a monotonic clock */
    record Times(Duration interval, Duration lease, LongSupplier nanos) {}

    /** A report of this node, which was the newest when the database was last asked. */
    private record Own(LatencyReport report, long madeNanos, long confirmedNanos, long shownFromNanos) {

        Own confirmed(long sentNanos) {
            return new Own(report, madeNanos, sentNanos, shownFromNanos);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the task keeps what goes wrong in it to itself
    public synchronized void start() {
        if (thread == null) {
            thread = Executors.newSingleThreadScheduledExecutor(task -> {
                var made = new Thread(task, "lanekeeper-latency-report");
                made.setDaemon(true);
                return made;
            });
            var every = lease / CONFIRMATIONS_IN_A_LEASE;
            thread.scheduleWithFixedDelay(this::confirm, every, every, TimeUnit.NANOSECONDS);
        }
    }

    /** Shows nothing any more. */
    public synchronized void stop() {
        if (thread != null) {
            thread.shutdown();
            thread = null;
        }
        giveUp();
    }

    /** This node's turn to report; never throws: what goes wrong is logged once, and the next turn may be another node's. */
    public void report() {
        var sent = nanos.getAsLong();
        var node = nodeId.getAsLong();
        try {
            var reported = store.report(node, interval);
            took(reported, node, sent);
            recovered();
        } catch (RuntimeException e) {
            troubledBy(e);
        }
    }

    private synchronized void took(LatencyReportStore.Reported reported, long node, long sent) {
        var report = reported.after();
        if (thread == null
                || gauges == null
                || report == null
                || report.nodeId() != node
                || report.isSameAs(reported.before())) {
            giveUp();
            return;
        }
        own = new Own(report, sent, sent, shownFrom(reported.before(), sent));
        gauges.show(report);
    }

    /** At once if this node shows already or nobody has before; else when whoever has reported last surely shows no longer. */
    private long shownFrom(@Nullable LatencyReport before, long sent) {
        var known = own;
        if (known != null && known.report().isSameAs(before) && isConfirmed(known, sent)) {
            return known.shownFromNanos();
        }
        return before == null ? sent : sent + lease + lease / CONFIRMATIONS_IN_A_LEASE;
    }

    /** Asks whether there is a newer report; costs nothing on a node that has not reported. */
    void confirm() {
        if (ours() == null) {
            return;
        }
        var sent = nanos.getAsLong();
        try {
            settle(store.newest(), sent);
            recovered();
        } catch (RuntimeException e) {
            troubledBy(e);
        }
    }

    private synchronized void settle(@Nullable LatencyReport newest, long sent) {
        var known = own;
        if (known == null || known.madeNanos() - sent > 0) {
            return; // reported meanwhile
        }
        if (known.report().isSameAs(newest)) {
            own = known.confirmed(sent);
        } else {
            giveUp();
        }
    }

    private synchronized @Nullable Own ours() {
        return own;
    }

    private synchronized void giveUp() {
        if (own != null && gauges != null) {
            own = null;
            gauges.show(null);
        }
    }

    /** Whether this node's report may be shown now; asked by gauges, on any thread. */
    synchronized boolean isShown() {
        var known = own;
        var now = nanos.getAsLong();
        return known != null
                && now - known.shownFromNanos() >= 0
                && isConfirmed(known, now)
                && now - known.madeNanos() < INTERVALS_SHOWN * interval.toNanos();
    }

    private boolean isConfirmed(Own known, long now) {
        return now - known.confirmedNanos() < lease;
    }

    private synchronized void recovered() {
        troubled = false;
    }

    private synchronized void troubledBy(RuntimeException e) {
        if (!troubled) {
            troubled = true;
            log.atWarn()
                    .log(
                            "Latencies could not be reported; it is tried again at the next turn: {}",
                            Objects.toString(NestedExceptionUtils.getMostSpecificCause(e)));
        }
    }
}
