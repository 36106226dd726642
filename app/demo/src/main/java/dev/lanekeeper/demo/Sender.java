package dev.lanekeeper.demo;

import dev.lanekeeper.demo.Ledger.Place;
import dev.lanekeeper.demo.SampleEvents.Sample;
import java.time.Duration;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Sends samples to the broker as an ordinary client. */
final class Sender implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final KafkaProducer<byte[], byte[]> producer;
    private final BiConsumer<Sample, Place> acknowledged;
    private volatile @Nullable Exception failure;

    /** @param acknowledged called on the producer's thread, in the order of the broker's answers */
    Sender(String bootstrapServers, BiConsumer<Sample, Place> acknowledged) {
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers, "linger.ms", 2, "client.id", "demo-shop"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        this.acknowledged = acknowledged;
    }

    void send(Sample sample) {
        var message = new ProducerRecord<>(sample.topic(), SampleEvents.bytes(sample.resource()), sample.value());
        message.headers().add(Orders.EVENT_ID, SampleEvents.bytes(sample.eventId()));
        var unused = producer.send(message, (metadata, refusal) -> {
            if (refusal == null) {
                acknowledged.accept(sample, new Place(metadata.topic(), metadata.partition(), metadata.offset()));
            } else {
                failure = refusal;
            }
        });
    }

    /** Returns when the broker has acknowledged everything. */
    void flush() {
        producer.flush();
        var refusal = failure;
        if (refusal != null) {
            throw new IllegalStateException("The broker did not take a record", refusal);
        }
    }

    @Override
    public void close() {
        producer.close(PATIENCE);
    }
}
