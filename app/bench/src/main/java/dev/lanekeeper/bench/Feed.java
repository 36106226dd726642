package dev.lanekeeper.bench;

import dev.lanekeeper.testkit.KafkaBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Puts a load into a topic, at once or at a rate; until it is closed the processor time of its threads can be told. */
final class Feed implements AutoCloseable {

    static final String THREAD = "feed";

    private final KafkaBroker broker;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> new Thread(task, THREAD));
    private final List<KafkaProducer<byte[], byte[]>> open = new ArrayList<>();

    Feed(KafkaBroker broker) {
        this.broker = broker;
    }

    /** Returns when so many events are in the topic. */
    void backlog(String topic, Load load, int events) {
        try (var producer = producer(20)) {
            for (var number = 0; number < events; number++) {
                send(producer, topic, load, number);
            }
        }
    }

    /** The others, evenly over time, on a thread of its own. */
    Future<?> rate(String topic, Load load, int from, int perSecond) {
        var producer = producer(0);
        open.add(producer);
        return thread.submit(() -> sendAtRate(producer, topic, load, from, perSecond));
    }

    private static void sendAtRate(
            KafkaProducer<byte[], byte[]> producer, String topic, Load load, int from, int perSecond) {
        var step = TimeUnit.SECONDS.toNanos(1) / perSecond;
        var next = System.nanoTime();
        for (var number = from; number < load.events(); number++) {
            while (System.nanoTime() < next) {
                LockSupport.parkNanos(next - System.nanoTime());
            }
            send(producer, topic, load, number);
            next += step;
        }
        producer.flush();
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, String topic, Load load, int number) {
        var unused = producer.send(new ProducerRecord<>(topic, load.key(number), load.value(number)));
    }

    private KafkaProducer<byte[], byte[]> producer(int linger) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                broker.bootstrapServers(),
                "linger.ms",
                linger,
                "batch.size",
                65_536,
                "acks",
                "all");
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public void close() {
        thread.shutdownNow();
        open.forEach(KafkaProducer::close);
    }
}
