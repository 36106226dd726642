package dev.lanekeeper.bench;

import dev.lanekeeper.testkit.KafkaBroker;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Puts a load into a topic, at once or at a rate. */
final class Feed {

    private final KafkaBroker broker;

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

    /** The others, evenly over time; returns after the last one. */
    void rate(String topic, Load load, int from, int perSecond) {
        var step = TimeUnit.SECONDS.toNanos(1) / perSecond;
        try (var producer = producer(0)) {
            var next = System.nanoTime();
            for (var number = from; number < load.events(); number++) {
                while (System.nanoTime() < next) {
                    LockSupport.parkNanos(next - System.nanoTime());
                }
                send(producer, topic, load, number);
                next += step;
            }
        }
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
}
