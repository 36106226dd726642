package dev.lanekeeper.monitor;

import dev.lanekeeper.api.event.HandlerEvent;
import dev.lanekeeper.api.event.NodeEvent;
import dev.lanekeeper.dispatch.Node;
import dev.lanekeeper.handler.Handlers;
import dev.lanekeeper.intake.kafka.KafkaIntakes;
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
    private volatile @Nullable Running running;

    /** @param database asked once the node runs, and not before */
    Monitor(
            Publisher publisher,
            @Nullable NodeGauges gauges,
            Supplier<Handlers> handlers,
            Supplier<Database> database) {
        this.publisher = publisher;
        this.gauges = gauges;
        this.handlers = handlers;
        this.database = database;
    }

    /** A node at work, and what it works with. */
    record Running(Node node, @Nullable KafkaIntakes intakes, Handlers handlers, Database database) {}

    /** After the handler's own start hook. */
    public void handlerStarted(String handlerId) {
        publisher.publish(new HandlerEvent.Started(handlerId));
    }

    /**
     * Workers and intakes are at work.
     *
     * @param intakes {@code null} on a node that takes nothing in
     */
    public void started(Node node, @Nullable KafkaIntakes intakes) {
        running = new Running(node, intakes, handlers.get(), database.get());
        if (gauges != null) {
            gauges.show(node, intakes);
        }
        publisher.publish(new NodeEvent.Started(node.life().nodeId()));
    }

    /** Workers and intakes have stopped. */
    public void stopped(boolean clean) {
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
}
