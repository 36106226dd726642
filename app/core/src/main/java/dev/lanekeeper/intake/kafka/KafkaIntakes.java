package dev.lanekeeper.intake.kafka;

import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.handler.HandlerDefinition.KafkaSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The door from Kafka for all handlers of this node: started once the node may store, stopped before anything else is.
 *
 * <p>Starting returns at once and never fails because of Kafka: where it, or a topic, is not there yet, the handler waits and
 * says so. All methods may be called from any thread.
 */
public final class KafkaIntakes {

    private static final Logger log = LoggerFactory.getLogger(KafkaIntakes.class);
    private static final long TICK_MILLIS = 500;
    private static final long LOOK_WHILE_WAITING = TimeUnit.SECONDS.toNanos(1);
    private static final long LOOK = TimeUnit.SECONDS.toNanos(5);

    private final Backlog backlog;
    private final Map<String, HandlerIntake> intakes = new LinkedHashMap<>();
    private final Map<Map<String, Object>, Topics> clusters = new HashMap<>();
    private final Map<String, Long> lookedAt = new HashMap<>();
    private @Nullable ScheduledExecutorService watch;
    private List<? extends Future<?>> tasks = List.of();
    private long generationsReadAt = System.nanoTime();

    /**
     * @param handlers those that this node has; what comes through other doors is left to them
     * @param consumerSettings what Spring says of consumers, as {@code ConsumerFactory.getConfigurationProperties()}
     */
    public KafkaIntakes(
            List<HandlerDefinition> handlers,
            Map<String, Object> consumerSettings,
            IntakeEnvironment environment,
            List<IntakeListener> listeners) {
        this(
                handlers,
                environment,
                listeners,
                new Clients(
                        (handler, number) -> new KafkaConsumer<>(
                                ConsumerSettings.of(consumerSettings, handler, number),
                                new ByteArrayDeserializer(),
                                new ByteArrayDeserializer()),
                        AdminTopics::new,
                        handler -> ConsumerSettings.common(consumerSettings, handler)));
    }

    /** How Kafka is reached; tests replace it. */
    record Clients(
            BiFunction<HandlerDefinition, Integer, Consumer<byte[], byte[]>> consumers,
            Function<Map<String, Object>, Topics> topics,
            Function<HandlerDefinition, Map<String, Object>> settings) {}

    KafkaIntakes(
            List<HandlerDefinition> handlers,
            IntakeEnvironment environment,
            List<IntakeListener> listeners,
            Clients clients) {
        this.backlog = new Backlog(environment.backlog());
        var listener = new ContainedListener(listeners);
        for (var handler : handlers.stream().filter(KafkaIntakes::isFromKafka).toList()) {
            var settings = clients.settings().apply(handler);
            var cluster = clusters.computeIfAbsent(AdminTopics.settings(settings), clients.topics());
            var parts = new HandlerIntake.Parts(
                    environment, backlog, cluster, clients.consumers(), listener, ConsumerSettings.handBack(settings));
            intakes.put(
                    handler.id(),
                    new HandlerIntake(handler, environment.handlerNumber().applyAsInt(handler.id()), parts));
        }
    }

    private static boolean isFromKafka(HandlerDefinition handler) {
        return handler.source() instanceof KafkaSource;
    }

    /** Starts the intakes of all handlers that are to start by themselves. */
    public synchronized void start() {
        if (watch != null) {
            return;
        }
        var threads = new AtomicInteger();
        watch = Executors.newScheduledThreadPool(2, task -> {
            var thread = new Thread(task, "lanekeeper-intake-watch-" + threads.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        intakes.values().stream().filter(i -> i.handler().kafka().autoStartup()).forEach(HandlerIntake::start);
        tasks = List.of(
                watch.scheduleWithFixedDelay(contained(this::lookAround), 0, TICK_MILLIS, TimeUnit.MILLISECONDS),
                watch.scheduleWithFixedDelay(contained(this::measure), 0, TICK_MILLIS / 5, TimeUnit.MILLISECONDS));
    }

    /** Starts one handler's intake; does nothing if it runs. */
    public void start(String handlerId) {
        intake(handlerId).start();
    }

    /** Stops one handler's intake on this node: what it holds is stored and committed, its consumers leave the group. */
    public boolean stop(String handlerId, String reason, Duration within) {
        var deadline = System.nanoTime() + within.toNanos();
        var intake = intake(handlerId);
        intake.stop(reason, within);
        return intake.join(deadline);
    }

    /**
     * Stops everything: each consumer stores and commits what it holds and leaves its group.
     *
     * @return whether all ended in time; if not, the log names what did not
     */
    public boolean stop(Duration within) {
        var deadline = System.nanoTime() + within.toNanos();
        var ended = true;
        for (var intake : intakes.values()) {
            intake.stop("the application stops", within);
        }
        endWatch();
        for (var intake : intakes.values()) {
            ended &= intake.join(deadline);
        }
        clusters.values().forEach(Topics::close);
        return ended;
    }

    private synchronized void endWatch() {
        if (watch != null) {
            tasks.forEach(task -> task.cancel(false));
            watch.shutdownNow();
            try {
                if (!watch.awaitTermination(5, TimeUnit.SECONDS)) {
                    log.warn("The watch over the intakes does not end");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            watch = null;
        }
    }

    /** What every handler's intake on this node is doing. */
    public List<IntakeStatus> status() {
        return intakes.values().stream().map(HandlerIntake::status).toList();
    }

    public IntakeStatus status(String handlerId) {
        return intake(handlerId).status();
    }

    /** How many unfinished items the handler has in all processes; at most about a second old while the database answers. */
    public long waiting(String handlerId) {
        return backlog.waiting(intake(handlerId).handlerNumber(), Long.MAX_VALUE);
    }

    private HandlerIntake intake(String handlerId) {
        var intake = intakes.get(handlerId);
        if (intake == null) {
            throw new IllegalArgumentException("No handler " + handlerId + " on this node; it has " + intakes.keySet());
        }
        return intake;
    }

    /** A cluster that does not answer takes seconds to be asked, so it is asked for one of its handlers only. */
    private void lookAround() {
        var away = new HashSet<Topics>();
        for (var intake : intakes.values()) {
            if (!intake.isStarted() || !isToLook(intake)) {
                intake.keepAlive();
            } else if (away.contains(intake.topics())) {
                intake.noteAway("Kafka does not answer");
            } else if (!intake.look()) {
                away.add(intake.topics());
            }
        }
    }

    private boolean isToLook(HandlerIntake intake) {
        var pace = intake.isWaitingForKafka() ? LOOK_WHILE_WAITING : LOOK;
        var now = System.nanoTime();
        var last = lookedAt.get(intake.handler().id());
        if (last != null && now - last < pace) {
            return false;
        }
        lookedAt.put(intake.handler().id(), now);
        return true;
    }

    private void measure() {
        backlog.measure();
        if (System.nanoTime() - generationsReadAt >= LOOK) {
            generationsReadAt = System.nanoTime();
            intakes.values().stream().filter(HandlerIntake::isStarted).forEach(HandlerIntake::readGenerations);
        }
    }

    /** A scheduled task that throws would never run again. */
    private static Runnable contained(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                log.debug("Repeated at the next turn", e);
            }
        };
    }
}
