package dev.lanekeeper;

import dev.lanekeeper.LanekeeperProperties.Role;
import dev.lanekeeper.dispatch.Node;
import dev.lanekeeper.handler.HandlerCatalog;
import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.housekeeping.HousekeepingSchedule;
import dev.lanekeeper.intake.enqueue.JobTimer;
import dev.lanekeeper.intake.kafka.KafkaIntakes;
import dev.lanekeeper.intake.outbox.OutboxMovers;
import dev.lanekeeper.jobs.Repeated;
import dev.lanekeeper.latency.LatencyReporter;
import dev.lanekeeper.latency.LatencyReports;
import dev.lanekeeper.monitor.Monitor;
import dev.lanekeeper.operations.BulkRunner;
import dev.lanekeeper.setting.LiveSettings;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.SmartLifecycle;

/**
 * Starts and stops Lanekeeper with the application: workers before intakes, and the other way round.
 *
 * <p>Starts after all beans and after everything whose phase is the default, so that handlers find what they need; stops
 * before it. Kafka may be absent: the intakes wait for it and say so. Without a handler nothing is started.
 */
public final class Lanekeeper implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Lanekeeper.class);

    private final LanekeeperProperties properties;
    private final HandlerCatalog catalog;
    private final Parts parts;
    private final BooleanSupplier publishes;
    private final Monitor monitor;
    private volatile boolean running;
    private volatile boolean stoppedCleanly = true;

    /** What is started and stopped; made when it is started. */
    record Parts(
            ObjectProvider<Installed> installed,
            ObjectProvider<Node> node,
            ObjectProvider<KafkaIntakes> intakes,
            ObjectProvider<OutboxMovers> movers,
            ObjectProvider<JobTimer> timer,
            ObjectProvider<LiveSettings> settings,
            ObjectProvider<LatencyReporter> latencies,
            ObjectProvider<LatencyReports> reports,
            ObjectProvider<BulkRunner> bulks,
            ObjectProvider<HousekeepingSchedule> housekeeping) {}

    /** @param publishes whether some bean of the application may write outbox entries */
    Lanekeeper(
            LanekeeperProperties properties,
            HandlerCatalog catalog,
            Parts parts,
            BooleanSupplier publishes,
            Monitor monitor) {
        this.properties = properties;
        this.catalog = catalog;
        this.parts = parts;
        this.publishes = publishes;
        this.monitor = monitor;
    }

    @Override
    public void start() {
        if (catalog.handlers().all().isEmpty()) {
            log.info("No handler: Lanekeeper starts nothing");
            if (publishes.getAsBoolean()) {
                // What is wrong with the tables is told now, and not to the first transaction that publishes.
                parts.installed().getObject();
            }
            return;
        }
        var node = parts.node().getObject();
        for (var handler : catalog.handlers().all()) {
            handler.call().start();
            monitor.handlerStarted(handler.id());
        }
        running = true;
        try {
            open(node);
        } catch (RuntimeException | Error e) {
            stop();
            throw e;
        }
        log.atInfo()
                .addKeyValue(
                        "handlers",
                        catalog.handlers().all().stream()
                                .map(HandlerDefinition::id)
                                .toList())
                .addKeyValue("workers", node.workers())
                .log("Lanekeeper is up");
    }

    private void open(Node node) {
        parts.settings().getObject().start();
        var interval = properties.latencyReportOrNull();
        if (interval != null) {
            var reports = parts.reports().getObject();
            node.repeat(new Repeated(interval, reports::report));
            reports.start();
        }
        node.start();
        parts.latencies().getObject().start();
        parts.bulks().getObject().start();
        ifMade(parts.housekeeping(), HousekeepingSchedule::start);
        var door = properties.roles().contains(Role.INTAKE) ? parts.intakes().getObject() : null;
        if (door != null) {
            door.start();
        }
        var movers = isMoving() ? parts.movers().getObject() : null;
        if (movers != null) {
            movers.start();
            parts.timer().getObject().start();
        }
        monitor.started(node, door, movers);
    }

    private boolean isMoving() {
        return properties.roles().contains(Role.OUTBOX) && catalog.handlers().takeEntries();
    }

    @Override
    public void stop() {
        if (!running) {
            return;
        }
        running = false;
        monitor.stopping();
        var deadline = System.nanoTime() + properties.shutdownTimeout().toNanos();
        if (properties.roles().contains(Role.INTAKE)) {
            ifMade(parts.intakes(), i -> stoppedCleanly &= i.stop(left(deadline, 2)));
        }
        if (isMoving()) {
            ifMade(parts.timer(), t -> stoppedCleanly &= t.stop(left(deadline, 2)));
            ifMade(parts.movers(), m -> stoppedCleanly &= m.stop(left(deadline, 2)));
        }
        ifMade(parts.reports(), LatencyReports::stop);
        ifMade(parts.housekeeping(), h -> h.stop(left(deadline, 4)));
        ifMade(parts.bulks(), b -> b.stop(left(deadline, 4)));
        ifMade(parts.node(), n -> stoppedCleanly &= n.stop(left(deadline, 1)));
        ifMade(parts.latencies(), LatencyReporter::stop);
        ifMade(parts.settings(), LiveSettings::stop);
        monitor.stopped(stoppedCleanly);
        for (var handler : catalog.handlers().all()) {
            handler.call().stop();
            monitor.handlerStopped(handler.id());
        }
        log.atInfo().addKeyValue("clean", stoppedCleanly).log("Lanekeeper is down");
    }

    private static <T> void ifMade(ObjectProvider<T> provider, Consumer<T> action) {
        var made = provider.getIfAvailable();
        if (made != null) {
            action.accept(made);
        }
    }

    /** A part of the time that is left, so that what comes later has some too. */
    private static Duration left(long deadline, int parts) {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()) / parts);
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Whether everything had ended when the last stop was over; false when a handler hung. */
    public boolean hasStoppedCleanly() {
        return stoppedCleanly;
    }

    @Override
    public int getPhase() {
        return SmartLifecycle.DEFAULT_PHASE;
    }
}
