package dev.lanekeeper.intake.kafka;

import dev.lanekeeper.handler.HandlerDefinition.StartFrom;
import dev.lanekeeper.intake.kafka.PartitionBuffer.Stored;
import dev.lanekeeper.work.PartitionOffer;
import dev.lanekeeper.work.PartitionStart;
import dev.lanekeeper.work.ProgressStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds where a partition goes on, with a new generation for each time that it is asked.
 *
 * <p>Kafka's committed offset counts only if somebody else set it, which the missing mark tells; otherwise the database knows,
 * and a handler that is new to both begins where it says. The database is asked on the flusher's thread, so that a database
 * that is away does not keep the consumer from polling.
 */
final class StartPositions {

    private static final Logger log = LoggerFactory.getLogger(StartPositions.class);
    private static final Duration MOST = Duration.ofSeconds(3);
    private static final long ASK_AGAIN = TimeUnit.SECONDS.toNanos(1);

    /** Asks the database for generations and positions. */
    interface Progress extends Function<List<PartitionOffer>, List<PartitionStart>> {}

    /** Whom it asks, beside the client itself. */
    record Sources(Topics topics, Progress progress, StartFrom startFrom) {}

    private final AssignedPartitions partitions;
    private final Consumer<byte[], byte[]> consumer;
    private final Flusher flusher;
    private final OffsetCommitter committer;
    private final IntakeListener listener;
    private final Topics topics;
    private final Progress progress;
    private final StartFrom startFrom;
    private final Outage outage;

    StartPositions(AssignedPartitions partitions, Member member, Sources sources) {
        this.partitions = partitions;
        this.consumer = member.consumer();
        this.flusher = member.flusher();
        this.committer = member.committer();
        this.listener = member.listener();
        this.topics = sources.topics();
        this.progress = sources.progress();
        this.startFrom = sources.startFrom();
        this.outage = new Outage(log, "Start positions of handler " + member.handlerId() + " could not be found");
    }

    @Nullable
    String failure() {
        return outage.reason();
    }

    /** Opens what was answered, asks what is to be asked; called before every poll. */
    void step() {
        partitions.all().stream().filter(AssignedPartition::isAnswered).toList().forEach(this::take);
        var now = System.nanoTime();
        var unknown = partitions.all().stream().filter(p -> p.isToBeAsked(now)).toList();
        if (!unknown.isEmpty()) {
            try {
                ask(unknown);
            } catch (InterruptException e) {
                throw e;
            } catch (KafkaException e) {
                askAgain(unknown, e);
            }
        }
    }

    private void ask(List<AssignedPartition> unknown) {
        var places = unknown.stream().map(AssignedPartition::partition).collect(Collectors.toSet());
        var committed = consumer.committed(places, MOST);
        var earliest = consumer.beginningOffsets(places, MOST);
        var needsEnd = startFrom == StartFrom.LATEST || unknown.stream().anyMatch(AssignedPartition::isRefusedByBroker);
        var latest = needsEnd ? consumer.endOffsets(places, MOST) : earliest;
        var ids = topics.find(places.stream().map(TopicPartition::topic).collect(Collectors.toSet()), null);

        var asked = new ArrayList<AssignedPartition>();
        var offers = new HashMap<AssignedPartition, PartitionOffer>();
        for (var partition : unknown) {
            var id = ids.get(partition.partition().topic());
            var first = earliest.get(partition.partition());
            var last = latest.get(partition.partition());
            if (id == null || first == null || last == null) {
                partition.forgetPosition(System.nanoTime() + ASK_AGAIN);
            } else {
                asked.add(partition);
                offers.put(partition, offer(partition, id, committed.get(partition.partition()), first, last));
            }
        }
        askDatabase(asked, offers, committed);
    }

    private PartitionOffer offer(
            AssignedPartition partition, UUID id, @Nullable OffsetAndMetadata committed, long earliest, long latest) {
        return new PartitionOffer(
                new ProgressStore.Place(
                        partition.partition().topic(), partition.partition().partition()),
                id,
                committed == null ? null : committed.offset(),
                committer.isOurs(committed),
                startFrom == StartFrom.LATEST ? latest : earliest,
                earliest,
                partition.isRefusedByBroker() ? (Long) partition.truncatedAt().orElse(latest) : null);
    }

    private void askDatabase(
            List<AssignedPartition> asked,
            Map<AssignedPartition, PartitionOffer> offers,
            Map<TopicPartition, @Nullable OffsetAndMetadata> committed) {
        if (asked.isEmpty()) {
            return;
        }
        CompletableFuture<Map<AssignedPartition, PartitionStart>> answers = flusher.ask(() -> {
            var still = asked.stream().filter(p -> !p.isGivenUp()).toList();
            var starts = still.isEmpty()
                    ? List.<PartitionStart>of()
                    : progress.apply(still.stream().map(offers::get).toList());
            var byPartition = new HashMap<AssignedPartition, PartitionStart>();
            for (var i = 0; i < still.size(); i++) {
                byPartition.put(still.get(i), starts.get(i));
            }
            return byPartition;
        });
        for (var partition : asked) {
            partition.asked(
                    Objects.requireNonNull(offers.get(partition)).topicId(),
                    committed.get(partition.partition()),
                    answers.thenApply(all -> all.get(partition)));
        }
    }

    private void take(AssignedPartition partition) {
        try {
            var start = partition.answer();
            outage.over();
            if (start.stoppedReason() != null) {
                partitions.stop(partition, start.stoppedReason());
            } else {
                open(partition, start);
            }
        } catch (InterruptException e) {
            throw e;
        } catch (RuntimeException e) {
            askAgain(List.of(partition), e);
        }
    }

    private void open(AssignedPartition partition, PartitionStart start) {
        var place = partition.partition();
        if (start.setFromOutside()) {
            committer.commitMarked(place, start.nextOffset(), MOST);
        }
        report(partition, start);
        var committed = partition.committed();
        var sameAsKafka = committed != null && committed.offset() == start.nextOffset();
        var epoch = committed != null && sameAsKafka ? committed.leaderEpoch() : Optional.<Integer>empty();
        consumer.seek(place, new OffsetAndMetadata(start.nextOffset(), epoch, ""));

        var buffer = new PartitionBuffer(place, start.claim());
        if (sameAsKafka || start.setFromOutside()) {
            buffer.committed(start.nextOffset());
        } else {
            buffer.landed(new Stored(start.nextOffset(), Optional.empty()));
        }
        flusher.open(buffer);
        partition.open(buffer);
        listener.assigned(partitions.place(place), start.claim().generation(), start.nextOffset());
    }

    private void report(AssignedPartition partition, PartitionStart start) {
        var place = partitions.place(partition.partition());
        if (start.lost() > 0) {
            log.error(
                    "Offsets lost at the broker: they were deleted before they were read {} offsets={} next_offset={}",
                    place,
                    start.lost(),
                    start.nextOffset());
            listener.lostAtBroker(place, start.lost());
        } else if (start.setFromOutside() || start.nextOffset() != start.previousOffset()) {
            log.warn(
                    "{} {} previous_offset={} next_offset={}",
                    start.setFromOutside() ? "The offset was set from outside" : "The broker's log was cut off",
                    place,
                    start.previousOffset(),
                    start.nextOffset());
            listener.repositioned(place, start.previousOffset(), start.nextOffset());
        }
        log.info("Reading {} generation={} next_offset={}", place, start.claim().generation(), start.nextOffset());
    }

    private void askAgain(List<AssignedPartition> unknown, RuntimeException e) {
        outage.noticed(Outage.line(e));
        unknown.forEach(p -> p.forgetPosition(System.nanoTime() + ASK_AGAIN));
    }
}
