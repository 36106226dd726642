package dev.lanekeeper.intake.kafka;

import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.intake.kafka.ConsumerLoop.Outlook;
import dev.lanekeeper.intake.kafka.Flusher.Source;
import dev.lanekeeper.intake.kafka.IntakeStatus.ConsumerStatus;
import dev.lanekeeper.intake.kafka.IntakeStatus.State;
import dev.lanekeeper.work.KafkaBatch;
import dev.lanekeeper.work.StoredBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BiFunction;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All consumers of one handler on this node. Its topics are looked up for it every few seconds, so that a topic that does
 * not exist yet, or a broker that is away, only means waiting.
 */
final class HandlerIntake {

    private static final Logger log = LoggerFactory.getLogger(HandlerIntake.class);

    /** How many looks in a row a topic may be missing before its consumers leave it; one may be a broker's slip. */
    private static final int LOOKS = 3;

    /** What its consumers are made of. */
    record Parts(
            IntakeEnvironment environment,
            Backlog backlog,
            Topics topics,
            BiFunction<HandlerDefinition, Integer, Consumer<byte[], byte[]>> clients,
            IntakeListener listener,
            Duration handBack) {}

    private final HandlerDefinition handler;
    private final int handlerNumber;
    private final Parts parts;
    private final PauseRule pauseRule;
    private final Outage outage;
    private final Outage absence;
    private final Map<String, Integer> missing = new HashMap<>();
    private List<ConsumerThread> consumers = List.of();
    private Map<String, UUID> known = Map.of();
    private Map<TopicPartition, Long> generations = Map.of();
    private @Nullable String stoppedBecause = "not started";
    private boolean leaving;
    private long earlierDeaths;

    HandlerIntake(HandlerDefinition handler, int handlerNumber, Parts parts) {
        this.handler = handler;
        this.handlerNumber = handlerNumber;
        this.parts = parts;
        var backlog = parts.backlog();
        var maxWaiting = handler.limits().maxWaiting();
        this.pauseRule = new PauseRule(
                () -> parts.environment().intakePaused().test(handlerNumber),
                () -> backlog.waiting(handlerNumber, maxWaiting),
                maxWaiting);
        this.outage = new Outage(log, "Handler " + handler.id() + " waits for Kafka");
        this.absence = new Outage(log, "Handler " + handler.id() + " waits for some of its topics");
    }

    HandlerDefinition handler() {
        return handler;
    }

    int handlerNumber() {
        return handlerNumber;
    }

    Topics topics() {
        return parts.topics();
    }

    void start() {
        if (begin()) {
            parts.listener().started(handler.id());
        }
    }

    private synchronized boolean begin() {
        if (stoppedBecause == null) {
            return false;
        }
        stoppedBecause = null;
        var fresh = new ArrayList<ConsumerThread>();
        for (var number = 0; number < handler.kafka().concurrency(); number++) {
            fresh.add(new ConsumerThread(handler.id(), number, parts.listener(), this::consumer));
        }
        consumers = fresh;
        return true;
    }

    synchronized boolean isStarted() {
        return stoppedBecause == null;
    }

    synchronized boolean isWaitingForKafka() {
        return stoppedBecause == null && (outage.reason() != null || absence.reason() != null);
    }

    /** Asks its consumers to store, commit and leave within this time; {@link #join} waits for it. */
    void stop(String reason, Duration within) {
        if (end(reason, within)) {
            parts.listener().stopping(handler.id(), reason);
        }
    }

    private synchronized boolean end(String reason, Duration within) {
        if (stoppedBecause != null) {
            return false;
        }
        stoppedBecause = reason;
        leaving = true;
        consumers.forEach(c -> c.stop(within));
        return true;
    }

    /** @return whether no thread is left */
    boolean join(long deadline) {
        List<ConsumerThread> ending;
        synchronized (this) {
            ending = consumers;
        }
        var ended = true;
        for (var consumer : ending) {
            ended &= consumer.join(deadline);
        }
        boolean left;
        synchronized (this) {
            left = leaving;
            leaving = false;
            earlierDeaths += ending.stream().mapToLong(ConsumerThread::deaths).sum();
            if (Objects.equals(consumers, ending)) {
                consumers = List.of();
            }
        }
        if (left) {
            parts.listener().stopped(handler.id(), ended);
        }
        return ended;
    }

    /**
     * Looks for its topics, and starts what is not running; may take seconds.
     *
     * @return whether Kafka answered
     */
    boolean look() {
        Map<String, UUID> found;
        try {
            found = parts.topics()
                    .find(Set.copyOf(handler.kafka().topics()), handler.kafka().topicPattern());
        } catch (KafkaException e) {
            noteAway(Outage.line(e));
            return false;
        }
        if (remember(found).isEmpty()) {
            outage.noticed("no topic exists of " + wanted());
        } else {
            outage.over();
            noteAbsent();
        }
        keepAlive();
        return true;
    }

    /** Kafka does not answer, as was found out for another handler of the same cluster. */
    void noteAway(String reason) {
        outage.noticed(reason);
        keepAlive();
    }

    /** A topic stays known for some looks after it was seen. */
    private synchronized Map<String, UUID> remember(Map<String, UUID> found) {
        var now = new HashMap<>(found);
        known.forEach((topic, id) -> {
            if (!found.containsKey(topic) && missing.merge(topic, 1, Integer::sum) < LOOKS) {
                now.put(topic, id);
            }
        });
        found.keySet().forEach(missing::remove);
        known = Map.copyOf(now);
        return known;
    }

    /** Some of its topics exist and are read; the others are waited for. */
    private void noteAbsent() {
        var absent = new TreeSet<>(handler.kafka().topics());
        absent.removeAll(known().keySet());
        if (absent.isEmpty()) {
            absence.over();
        } else {
            absence.noticed("topics that do not exist: " + absent);
        }
    }

    private synchronized Map<String, UUID> known() {
        return known;
    }

    private String wanted() {
        var pattern = handler.kafka().topicPattern();
        return pattern == null ? handler.kafka().topics().toString() : pattern.pattern();
    }

    /** Reads who owns what by the database's account; may wait for the database. */
    void readGenerations() {
        var read = new HashMap<TopicPartition, Long>();
        parts.environment()
                .progress()
                .generations(handlerNumber)
                .forEach((place, generation) ->
                        read.put(new TopicPartition(place.topic(), place.partition()), generation));
        synchronized (this) {
            generations = Map.copyOf(read);
        }
    }

    /** Replaces consumers that died, and tells all what there is to read. */
    synchronized void keepAlive() {
        if (stoppedBecause == null && !known.isEmpty()) {
            var outlook = new Outlook(known.keySet(), known, generations);
            consumers.forEach(c -> c.keepAlive(outlook));
        }
    }

    private ConsumerLoop consumer(int number, Outlook outlook) {
        var environment = parts.environment();
        var source = new Source(handler.id(), handlerNumber, handler.lanes().group(), KafkaBatch.FIRST_SLOT + number);
        var client = parts.clients().apply(handler, number);
        var flusher = new Flusher(
                source,
                new Flusher.Means(this::store, () -> environment.flush().apply(handlerNumber), environment.clock()),
                parts.listener());
        var committer = new OffsetCommitter(client, flusher, environment.mark(), environment.probe());
        return new ConsumerLoop(
                new Member(handler.id(), number, client, flusher, committer, parts.listener(), parts.handBack()),
                new StartPositions.Sources(
                        parts.topics(),
                        offers -> environment
                                .progress()
                                .take(handlerNumber, environment.nodeId().getAsLong(), offers),
                        handler.kafka().startFrom()),
                new ConsumerLoop.Rules(
                        new RecordReader(handler),
                        pauseRule,
                        ConsumerLoop.Limits.of(environment.bufferBytes()),
                        environment.clock(),
                        environment.probe()),
                outlook);
    }

    private StoredBatch store(KafkaBatch batch) {
        var stored = parts.environment().storer().apply(batch);
        parts.backlog().stored(handlerNumber, stored.stored());
        return stored;
    }

    synchronized IntakeStatus status() {
        var pictures = consumers.stream()
                .map(ConsumerThread::snapshot)
                .filter(Objects::nonNull)
                .toList();
        var deaths = consumers.stream().mapToLong(ConsumerThread::deaths).sum() + earlierDeaths;
        var healthy = consumers.stream().allMatch(ConsumerThread::isHealthy)
                && pictures.stream().flatMap(c -> c.partitions().stream()).allMatch(p -> p.stoppedReason() == null);
        return status(pictures, deaths, healthy);
    }

    private IntakeStatus status(List<ConsumerStatus> pictures, long deaths, boolean healthy) {
        var waits = outage.reason();
        var paused = pictures.stream()
                .map(ConsumerStatus::pausedBecause)
                .filter(Objects::nonNull)
                .findFirst();
        if (stoppedBecause != null) {
            return new IntakeStatus(handler.id(), State.STOPPED, stoppedBecause, pictures, deaths, healthy);
        }
        if (waits != null) {
            return new IntakeStatus(handler.id(), State.WAITING_FOR_KAFKA, waits, pictures, deaths, healthy);
        }
        return paused.map(p -> new IntakeStatus(handler.id(), State.PAUSED, p.name(), pictures, deaths, healthy))
                .orElseGet(() ->
                        new IntakeStatus(handler.id(), State.RUNNING, problem(pictures), pictures, deaths, healthy));
    }

    private @Nullable String problem(List<ConsumerStatus> pictures) {
        var stopped = pictures.stream()
                .flatMap(c -> c.partitions().stream())
                .map(p -> p.stoppedReason())
                .filter(Objects::nonNull)
                .findFirst();
        return stopped.or(() -> pictures.stream()
                        .map(ConsumerStatus::problem)
                        .filter(Objects::nonNull)
                        .findFirst())
                .or(() -> consumers.stream()
                        .map(ConsumerThread::lastDeath)
                        .filter(Objects::nonNull)
                        .findFirst())
                .or(() -> Optional.ofNullable(absence.reason()))
                .orElse(null);
    }
}
