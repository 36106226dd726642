package dev.lanekeeper.intake.kafka;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.intake.kafka.ConsumerLoop.Limits;
import dev.lanekeeper.intake.kafka.ConsumerLoop.Outlook;
import dev.lanekeeper.work.KafkaBatch;
import dev.lanekeeper.work.NewItem;
import dev.lanekeeper.work.PartitionClaim;
import dev.lanekeeper.work.PartitionOffer;
import dev.lanekeeper.work.PartitionStart;
import dev.lanekeeper.work.Probe;
import dev.lanekeeper.work.StoredBatch;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** One consumer loop on a thread of its own, between a Kafka and a database that are played. */
final class LoopBench implements AutoCloseable {

    static final String TOPIC = "orders";
    static final String MARK = "mark";
    static final TopicPartition P0 = new TopicPartition(TOPIC, 0);
    static final TopicPartition P1 = new TopicPartition(TOPIC, 1);

    final Kafka kafka = new Kafka();
    final PlayedDatabase database = new PlayedDatabase();
    final AtomicBoolean intakePaused = new AtomicBoolean();
    final AtomicLong waiting = new AtomicLong();
    final List<PauseReason> pauses = new CopyOnWriteArrayList<>();
    final List<String> told = new CopyOnWriteArrayList<>();
    final AtomicReference<Throwable> death = new AtomicReference<>();
    volatile FlushSettings flush = new FlushSettings(10, 1 << 20, null);
    Limits limits = Limits.of(64 << 20);
    TestHandler handler = TestHandler.named(TOPIC);
    private ConsumerLoop loop;
    private Thread thread;

    /** Starts the loop and gives it these partitions, of which Kafka has everything from offset 0. */
    LoopBench start(TopicPartition... partitions) {
        var made = new CountDownLatch(1);
        thread = new Thread(() -> run(made), "loop");
        thread.start();
        await().atMost(5, SECONDS).until(() -> made.getCount() == 0);
        if (partitions.length > 0) {
            assign(partitions);
            await().atMost(5, SECONDS).until(() -> Set.of(partitions).equals(kafka.fetched()));
        }
        return this;
    }

    private void run(CountDownLatch made) {
        var listener = new ContainedListener(List.of(new Recorder()));
        var flusher = new Flusher(
                new Flusher.Source(TOPIC, 1, TOPIC, 1000),
                new Flusher.Means(database, () -> flush, Clock.systemUTC()),
                listener);
        var committer = new OffsetCommitter(kafka, flusher, MARK, Probe.NONE);
        loop = new ConsumerLoop(
                new Member(TOPIC, 0, kafka, flusher, committer, listener, Duration.ofSeconds(10)),
                new StartPositions.Sources(
                        new OneTopic(),
                        database::take,
                        handler.definition().kafka().startFrom()),
                new ConsumerLoop.Rules(
                        new RecordReader(handler.definition()),
                        new PauseRule(intakePaused::get, waiting::get, 100),
                        limits,
                        Clock.systemUTC(),
                        Probe.NONE),
                new Outlook(Set.of(TOPIC), Map.of(TOPIC, OneTopic.ID), Map.of()));
        made.countDown();
        try {
            loop.run();
        } catch (Throwable e) {
            death.set(e);
        }
    }

    /** The group gives the consumer exactly these partitions; returns when it knows. */
    void assign(TopicPartition... partitions) {
        var done = new CountDownLatch(1);
        kafka.schedulePollTask(() -> {
            for (var partition : partitions) {
                kafka.updateBeginningOffsets(Map.of(partition, kafka.earliest.getOrDefault(partition, 0L)));
                kafka.updateEndOffsets(Map.of(partition, kafka.ends.getOrDefault(partition, 1_000_000L)));
            }
            kafka.rebalance(List.of(partitions));
            done.countDown();
        });
        await().atMost(15, SECONDS).until(() -> done.getCount() == 0);
    }

    /** The group says that the partitions went to somebody else long ago. */
    void lose(TopicPartition... partitions) {
        var done = new CountDownLatch(1);
        kafka.schedulePollTask(() -> {
            kafka.listener.onPartitionsLost(List.of(partitions));
            var left = new HashSet<>(kafka.assignment());
            left.removeAll(Set.of(partitions));
            kafka.rebalance(left);
            done.countDown();
        });
        await().atMost(15, SECONDS).until(() -> done.getCount() == 0);
    }

    void onPoll(Runnable task) {
        kafka.schedulePollTask(task);
    }

    /** Records with these offsets are at the broker. */
    void produce(TopicPartition partition, long from, long to) {
        kafka.schedulePollTask(() -> {
            for (var offset = from; offset < to; offset++) {
                kafka.addRecord(record(partition, offset, "v" + offset));
            }
        });
    }

    static ConsumerRecord<byte[], byte[]> record(TopicPartition partition, long offset, String value) {
        return new ConsumerRecord<>(
                partition.topic(),
                partition.partition(),
                offset,
                "k".getBytes(StandardCharsets.UTF_8),
                value.getBytes(StandardCharsets.UTF_8));
    }

    OffsetAndMetadata committed(TopicPartition partition) {
        return kafka.commits.get(partition);
    }

    /** The committed offset, -1 for none. */
    long offset(TopicPartition partition) {
        var committed = committed(partition);
        return committed == null ? -1 : committed.offset();
    }

    ConsumerLoop loop() {
        return loop;
    }

    /** Stops the loop; whether its thread ended in time. */
    boolean stop(Duration within) {
        loop.stop(within);
        try {
            thread.join(within.toMillis() + 3000);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return !thread.isAlive();
    }

    @Override
    public void close() {
        database.answering.set(true);
        database.held.countDown();
        if (thread != null) {
            stop(Duration.ofSeconds(5));
        }
    }

    /** The client of tests, a little slower than a busy loop, and remembering what was committed. */
    static final class Kafka extends MockConsumer<byte[], byte[]> {

        final Map<TopicPartition, OffsetAndMetadata> commits = new ConcurrentHashMap<>();
        final List<Map<TopicPartition, OffsetAndMetadata>> history = new CopyOnWriteArrayList<>();
        final Map<TopicPartition, Long> earliest = new HashMap<>();
        final Map<TopicPartition, Long> ends = new HashMap<>();
        final AtomicReference<RuntimeException> commitFailure = new AtomicReference<>();
        final AtomicLong polls = new AtomicLong();
        volatile ConsumerRebalanceListener listener;

        Kafka() {
            super("none");
        }

        @Override
        public void subscribe(Collection<String> topics, ConsumerRebalanceListener callback) {
            listener = callback;
            super.subscribe(topics, callback);
        }

        @Override
        public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
            polls.incrementAndGet();
            var records = super.poll(timeout);
            if (records.isEmpty()) {
                LockSupport.parkNanos(500_000);
            }
            return records;
        }

        @Override
        public synchronized Map<TopicPartition, OffsetAndMetadata> committed(
                Set<TopicPartition> partitions, Duration timeout) {
            var known = new HashMap<>(commits);
            known.keySet().retainAll(partitions);
            return known;
        }

        @Override
        public synchronized void commitAsync(
                Map<TopicPartition, OffsetAndMetadata> offsets,
                org.apache.kafka.clients.consumer.OffsetCommitCallback callback) {
            var failure = commitFailure.get();
            if (failure == null) {
                note(offsets);
            }
            callback.onComplete(offsets, failure);
        }

        @Override
        public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
            var failure = commitFailure.get();
            if (failure != null) {
                throw failure;
            }
            note(offsets);
        }

        private void note(Map<TopicPartition, OffsetAndMetadata> offsets) {
            commits.putAll(offsets);
            history.add(Map.copyOf(offsets));
        }

        synchronized Set<TopicPartition> fetched() {
            var fetched = new HashSet<>(assignment());
            fetched.removeAll(paused());
            return fetched;
        }
    }

    /** What T1 and the progress table do, in memory. */
    static final class PlayedDatabase implements Function<KafkaBatch, StoredBatch> {

        final List<List<NewItem>> batches = new CopyOnWriteArrayList<>();
        final Map<TopicPartition, Long> next = new ConcurrentHashMap<>();
        final Map<TopicPartition, Long> generations = new ConcurrentHashMap<>();
        final AtomicBoolean answering = new AtomicBoolean(true);
        final AtomicLong attempts = new AtomicLong();
        volatile CountDownLatch held = new CountDownLatch(0);

        @Override
        public StoredBatch apply(KafkaBatch batch) {
            attempts.incrementAndGet();
            try {
                if (!held.await(20, SECONDS)) {
                    throw new IllegalStateException("held for too long");
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            if (!answering.get()) {
                throw new IllegalStateException("the database is away");
            }
            return store(batch);
        }

        private StoredBatch store(KafkaBatch batch) {
            var fenced = batch.claims().stream()
                    .filter(c -> generations.getOrDefault(place(c), 0L) != c.generation())
                    .toList();
            var lost = fenced.stream().map(PlayedDatabase::place).toList();
            var stored = new ArrayList<NewItem>();
            for (var item : batch.items()) {
                var place = new TopicPartition(item.topic(), item.partition());
                if (!lost.contains(place) && item.offset() >= next.getOrDefault(place, 0L)) {
                    stored.add(item);
                    next.put(place, item.offset() + 1);
                }
            }
            batches.add(stored);
            return new StoredBatch(stored.size(), batch.items().size() - stored.size(), 0, fenced);
        }

        List<PartitionStart> take(List<PartitionOffer> offers) {
            if (!answering.get()) {
                throw new IllegalStateException("the database is away");
            }
            return offers.stream().map(this::take).toList();
        }

        private PartitionStart take(PartitionOffer offer) {
            var place = new TopicPartition(offer.place().topic(), offer.place().partition());
            var generation = generations.merge(place, 1L, Long::sum);
            var foreign = offer.committed() != null && !offer.ours();
            var before = next.getOrDefault(place, offer.committed() == null ? offer.startFrom() : offer.committed());
            var now = foreign ? offer.committed() : before;
            var lost = Math.max(0, offer.earliest() - now);
            next.put(place, now + lost);
            var claim = new PartitionClaim(place.topic(), place.partition(), generation);
            return new PartitionStart(claim, now + lost, before, lost, foreign, null);
        }

        private static TopicPartition place(PartitionClaim claim) {
            return new TopicPartition(claim.topic(), claim.partition());
        }

        List<Long> offsets(TopicPartition partition) {
            return batches.stream()
                    .flatMap(List::stream)
                    .filter(i -> i.partition() == partition.partition())
                    .map(NewItem::offset)
                    .toList();
        }

        List<Integer> sizes() {
            return batches.stream().map(List::size).toList();
        }
    }

    private record OneTopic() implements Topics {

        static final UUID ID = new UUID(1, 1);

        @Override
        public Map<String, UUID> find(Set<String> names, Pattern pattern) {
            return Map.of(TOPIC, ID);
        }

        @Override
        public void close() {}
    }

    private final class Recorder implements IntakeListener {

        @Override
        public void paused(String handlerId, PauseReason reason) {
            pauses.add(reason);
        }

        @Override
        public void fenced(Place place) {
            told.add("fenced " + place.partition());
        }

        @Override
        public void lost(Place place) {
            told.add("lost " + place.partition());
        }

        @Override
        public void revoked(Place place) {
            told.add("revoked " + place.partition());
        }

        @Override
        public void lostAtBroker(Place place, long offsets) {
            told.add("lost at broker " + offsets);
        }

        @Override
        public void repositioned(Place place, long previousOffset, long nextOffset) {
            told.add("repositioned " + previousOffset + " -> " + nextOffset);
        }
    }
}
