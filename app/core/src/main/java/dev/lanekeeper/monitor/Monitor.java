package dev.lanekeeper.monitor;

import dev.lanekeeper.api.event.HandlerEvent;
import dev.lanekeeper.api.event.NodeEvent;
import dev.lanekeeper.dispatch.Node;
import dev.lanekeeper.dispatch.NodeListener;
import dev.lanekeeper.handler.Handlers;
import dev.lanekeeper.intake.kafka.KafkaIntakes;
import dev.lanekeeper.intake.outbox.OutboxMovers;
import dev.lanekeeper.work.Database;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is told of the start and the stop of this node, and knows what is running for gauges and health; called by the wiring
 * on the thread that starts or stops the application. Never throws.
 */
public final class Monitor {

    private final Publisher publisher;
    private final @Nullable NodeGauges gauges;
    private final Supplier<Handlers> handlers;
    private final Supplier<Database> database;
    private final @Nullable ErrorReports errors;
    private volatile @Nullable Running running;
    private volatile Phase phase = Phase.NOT_STARTED;

    /** @param database asked once the node runs, and not before */
    Monitor(
            Publisher publisher,
            @Nullable NodeGauges gauges,
            Supplier<Handlers> handlers,
            Supplier<Database> database,
            @Nullable ErrorReports errors) {
        this.publisher = publisher;
        this.gauges = gauges;
        this.handlers = handlers;
        this.database = database;
        this.errors = errors;
    }

    /** A node at work, and what it works with. */
    record Running(
            Node node,
            @Nullable KafkaIntakes intakes,
            @Nullable OutboxMovers movers,
            Handlers handlers,
            Database database) {}

    /** How far this node is. */
    enum Phase {
        NOT_STARTED,
        AT_WORK,
        STOPPING,
        STOPPED
    }

    /** After the handler's own start hook. */
    public void handlerStarted(String handlerId) {
        publisher.publish(new HandlerEvent.Started(handlerId));
    }

    /**
     * Workers and intakes are at work.
     *
     * @param intakes {@code null} on a node that takes nothing in
     * @param movers {@code null} on a node that moves nothing
     */
    public void started(Node node, @Nullable KafkaIntakes intakes, @Nullable OutboxMovers movers) {
        running = new Running(node, intakes, movers, handlers.get(), database.get());
        phase = Phase.AT_WORK;
        if (gauges != null) {
            gauges.show(node, intakes, movers != null);
        }
        publisher.publish(new NodeEvent.Started(node.life().nodeId()));
        node.life().listen(new Life(node));
    }

    /** What the heartbeat tells. */
    private final class Life implements NodeListener {

        private final Node node;

        Life(Node node) {
            this.node = node;
        }

        @Override
        public void beat(long nodeId) {
            publisher.publish(new NodeEvent.Heartbeat(nodeId));
        }

        @Override
        public void troubled(String what, Throwable cause) {
            publisher.publish(new NodeEvent.Troubled(node.life().nodeId(), what, cause));
            if (errors != null) {
                errors.troubled(what, cause);
            }
        }
    }

    /** It is about to stop; everything is still at work, and readiness falls. */
    public void stopping() {
        phase = Phase.STOPPING;
        var known = running;
        if (known != null) {
            publisher.publish(new NodeEvent.Stopping(known.node().life().nodeId()));
        }
    }

    /** Workers and intakes have stopped. */
    public void stopped(boolean clean) {
        phase = Phase.STOPPED;
        running = null;
        if (gauges != null) {
            gauges.remove();
        }
        publisher.publish(new NodeEvent.Stopped(clean));
    }

    /** After the handler's own stop hook. */
    public void handlerStopped(String handlerId) {
        publisher.publish(new HandlerEvent.Stopped(handlerId));
    }

    Optional<Running> running() {
        return Optional.ofNullable(running);
    }

    Phase phase() {
        return phase;
    }

    /** Whether this application has anything to be ready for. */
    boolean hasHandlers() {
        return !handlers.get().all().isEmpty();
    }
}
