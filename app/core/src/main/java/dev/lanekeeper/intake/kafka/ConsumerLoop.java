package dev.lanekeeper.intake.kafka;

import dev.lanekeeper.intake.kafka.AssignedPartition.State;
import dev.lanekeeper.intake.kafka.PartitionBuffer.Entry;
import dev.lanekeeper.work.NewItem;
import dev.lanekeeper.work.Probe;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One consumer from its first poll to its close, on one thread: polls, hands records to the {@link Flusher}, commits what was
 * stored.
 *
 * <p>It never stops polling while it lives, but pauses its partitions when it may not take more, so the group keeps it.
 * It is stopped by a flag, never by {@code wakeup()}, which would hit the commit that follows a flush as well as the poll. Any
 * error that it does not know ends it; its owner starts a fresh one.
 */
final class ConsumerLoop {

    private static final Logger log = LoggerFactory.getLogger(ConsumerLoop.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration SHORT_POLL = Duration.ofMillis(10);
    private static final long SNAPSHOT_EVERY = TimeUnit.SECONDS.toNanos(1);

    /** What is held in memory at most; fetching goes on when half of it is stored. */
    record Limits(int records, long bytes) {

        private static final int MOST_RECORDS = 20_000;

        static Limits of(long bytes) {
            return new Limits(MOST_RECORDS, bytes);
        }
    }

    /** How the loop judges what it reads, and what tests hold in their hands. */
    record Rules(RecordReader reader, PauseRule pause, Limits limits, Clock clock, Probe probe) {}

    /** What is to be read, and what others know of it; replaced by the owner while the loop runs. */
    record Outlook(Set<String> topics, Map<String, UUID> topicIds, Map<TopicPartition, Long> generations) {}

    private final Member member;
    private final Consumer<byte[], byte[]> consumer;
    private final Flusher flusher;
    private final AssignedPartitions partitions;
    private final StartPositions positions;
    private final Rules rules;
    private final Outage outage;
    private Set<String> subscribed = Set.of();
    private @Nullable Outlook compared;
    private @Nullable PauseReason pausedBecause;
    private long snapshotAt = System.nanoTime();
    private volatile long turnedAt = snapshotAt;
    private volatile Outlook outlook;
    private volatile long stopBefore;
    private volatile boolean stopRequested;
    private volatile IntakeStatus.@Nullable ConsumerStatus snapshot;

    ConsumerLoop(Member member, StartPositions.Sources sources, Rules rules, Outlook outlook) {
        this.member = member;
        this.consumer = member.consumer();
        this.flusher = member.flusher();
        this.partitions = new AssignedPartitions(member);
        this.positions = new StartPositions(partitions, member, sources);
        this.rules = rules;
        this.outlook = outlook;
        this.outage = new Outage(log, "Handler " + member.handlerId() + " cannot read from Kafka");
    }

    void look(Outlook now) {
        outlook = now;
    }

    /** Asks the loop to store what it has, to commit and to leave, all within this time. */
    void stop(Duration within) {
        stopBefore = System.nanoTime() + within.toNanos();
        stopRequested = true;
    }

    /** What it was doing up to a second ago, and how long ago it last came round, which a loop that hangs cannot tell itself. */
    IntakeStatus.@Nullable ConsumerStatus snapshot() {
        var picture = snapshot;
        return picture == null ? null : picture.turned(Duration.ofNanos(System.nanoTime() - turnedAt));
    }

    /** Returns after it was stopped; throws what it does not know how to go on from. */
    void run() {
        flusher.start();
        try {
            while (!stopRequested) {
                turn();
            }
        } catch (RuntimeException | Error e) {
            stop(Duration.ofSeconds(10));
            throw e;
        } finally {
            end();
        }
    }

    private void turn() {
        turnedAt = System.nanoTime();
        if (flusher.death() != null) {
            throw new IllegalStateException("The flush of handler " + member.handlerId() + " died", flusher.death());
        }
        followOutlook();
        partitions.settle();
        positions.step();
        partitions.noteFenced();
        member.committer().commitSoon(partitions.buffers());
        pause();
        take(poll());
        takeSnapshot();
    }

    private void followOutlook() {
        var now = outlook;
        if (now.equals(compared)) {
            return;
        }
        if (!now.topics().isEmpty() && !now.topics().equals(subscribed)) {
            subscribed = now.topics();
            consumer.subscribe(subscribed, partitions);
        }
        partitions.compare(now.topicIds(), now.generations());
        compared = now;
    }

    /** Pauses what may not be fetched now and resumes what may; partitions that are not open stay paused. */
    private void pause() {
        var reason = reasonToPause();
        var paused = consumer.paused();
        var toPause = new HashSet<TopicPartition>();
        var toResume = new HashSet<TopicPartition>();
        for (var partition : consumer.assignment()) {
            var fetch = reason == null && partitions.open(partition) != null;
            if (fetch == paused.contains(partition)) {
                (fetch ? toResume : toPause).add(partition);
            }
        }
        if (!toPause.isEmpty()) {
            consumer.pause(toPause);
        }
        if (!toResume.isEmpty()) {
            consumer.resume(toResume);
        }
        tell(reason);
    }

    private @Nullable PauseReason reasonToPause() {
        var load = flusher.load();
        var byRule = rules.pause().reason(load.records());
        if (byRule != null) {
            return byRule;
        }
        if (flusher.isFailing()) {
            return PauseReason.DATABASE_AWAY;
        }
        var part = pausedBecause == PauseReason.BUFFER_FULL ? 2 : 1;
        var full = load.records() >= rules.limits().records() / part
                || load.bytes() >= rules.limits().bytes() / part;
        return full ? PauseReason.BUFFER_FULL : null;
    }

    private void tell(@Nullable PauseReason reason) {
        if (reason == pausedBecause) {
            return;
        }
        pausedBecause = reason;
        if (reason == null) {
            log.debug("Fetching goes on handler={}", member.handlerId());
            member.listener().resumed(member.handlerId());
        } else {
            log.debug("Fetching is paused handler={} reason={}", member.handlerId(), reason);
            member.listener().paused(member.handlerId(), reason);
        }
    }

    private ConsumerRecords<byte[], byte[]> poll() {
        try {
            var records = consumer.poll(isSoonChanging() ? SHORT_POLL : POLL);
            outage.over();
            return records;
        } catch (OffsetOutOfRangeException e) {
            log.info("The broker has no such offset handler={} offsets={}", member.handlerId(), Outage.line(e));
            partitions.refused(e);
        } catch (AuthorizationException | RetriableException e) {
            outage.noticed(Outage.line(e));
            waitALittle();
        }
        return ConsumerRecords.empty();
    }

    /** Whether something that a poll would wait past happens within milliseconds. */
    private boolean isSoonChanging() {
        return pausedBecause == PauseReason.BUFFER_FULL
                || partitions.all().stream().anyMatch(p -> p.state() == State.ASKED || p.state() == State.SETTLING);
    }

    private void waitALittle() {
        try {
            TimeUnit.MILLISECONDS.sleep(500);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for Kafka", e);
        }
    }

    private void take(ConsumerRecords<byte[], byte[]> records) {
        if (records.isEmpty()) {
            return;
        }
        rules.probe().reached(Probe.Step.POLLED);
        var polledAt = rules.clock().instant();
        var bufferedAt = System.nanoTime();
        for (var partition : records.partitions()) {
            var buffer = partitions.open(partition);
            if (buffer != null) {
                flusher.add(buffer, entries(records.records(partition), polledAt, bufferedAt));
            }
        }
        member.listener().polled(member.handlerId(), records.count());
    }

    private List<Entry> entries(List<ConsumerRecord<byte[], byte[]>> records, Instant polledAt, long bufferedAt) {
        var entries = new ArrayList<Entry>(records.size());
        for (var record : records) {
            var item = rules.reader().read(record, polledAt);
            entries.add(new Entry(item, record.leaderEpoch(), weight(item), bufferedAt));
        }
        return entries;
    }

    /** About what a record takes in memory. */
    private static long weight(NewItem item) {
        var bytes =
                200L + (item.key() == null ? 0 : item.key().length) + (item.value() == null ? 0 : item.value().length);
        for (var header : item.headers()) {
            bytes += 40L + header.name().length() + (header.value() == null ? 0 : header.value().length);
        }
        return bytes;
    }

    /** Stores and commits what is buffered, leaves the group, and ends the flusher's thread. */
    private void end() {
        try {
            var buffers = partitions.buffers();
            if (!flusher.drain(buffers, left(0.6))) {
                log.warn(
                        "Stopped before all records were stored; they are read again handler={} reason={}",
                        member.handlerId(),
                        Objects.requireNonNullElse(flusher.failure(), "out of time"));
            }
            member.committer().commitNow(buffers, left(0.5));
            flusher.drop(buffers);
        } finally {
            flusher.close(left(0.5));
            consumer.close(CloseOptions.timeout(left(1)));
        }
    }

    /** A part of what is left until the deadline, never nothing. */
    private Duration left(double part) {
        var nanos = (long) ((stopBefore - System.nanoTime()) * part);
        return Duration.ofNanos(Math.max(nanos, TimeUnit.MILLISECONDS.toNanos(100)));
    }

    private void takeSnapshot() {
        var now = System.nanoTime();
        if (now - snapshotAt < 0) {
            return;
        }
        snapshotAt = now + SNAPSHOT_EVERY;
        partitions.all().stream()
                .filter(p -> p.state() == State.OPEN && consumer.assignment().contains(p.partition()))
                .forEach(p -> p.lag(consumer.currentLag(p.partition())));
        snapshot = Snapshot.of(member, partitions.all(), pausedBecause, problem());
    }

    private @Nullable String problem() {
        var reason = outage.reason();
        if (reason == null) {
            reason = flusher.failure();
        }
        return reason == null ? positions.failure() : reason;
    }
}
