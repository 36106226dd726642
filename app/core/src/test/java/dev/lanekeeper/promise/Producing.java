package dev.lanekeeper.promise;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Sends numbered events and writes down those that the broker has acknowledged; patient while the broker is away. */
final class Producing implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 300_000;

    private final String topic;
    private final int resources;
    private final Random random;
    private final Journal journal = new Journal();
    private final Map<String, Long> numbers = new HashMap<>();
    private final KafkaProducer<String, String> producer;
    private final ExecutorService thread = Executors.newSingleThreadExecutor();

    Producing(String bootstrapServers, String topic, int resources, Random random) {
        this.topic = topic;
        this.resources = resources;
        this.random = random;
        this.producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        PATIENCE_MILLIS,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        PATIENCE_MILLIS,
                        ProducerConfig.LINGER_MS_CONFIG,
                        5),
                new StringSerializer(),
                new StringSerializer());
    }

    Journal journal() {
        return journal;
    }

    /** Sends so many events to resources at random, in the background; complete when the broker has answered for each. */
    CompletableFuture<Void> send(int events) {
        return send("r", events);
    }

    /** The same with resources of this family, which nobody else has. */
    CompletableFuture<Void> send(String family, int events) {
        return CompletableFuture.runAsync(() -> sendAll(family, events), thread);
    }

    /** Sends one event, which gets its resource's next number, and waits for the broker. */
    long sendOne(String resource) {
        var number = next(resource);
        CompletableFuture.runAsync(() -> send(resource, number).join(), thread).join();
        return number;
    }

    private void sendAll(String family, int events) {
        List<CompletableFuture<Void>> answers = new ArrayList<>();
        for (var event = 0; event < events; event++) {
            var resource = family + random.nextInt(resources);
            answers.add(send(resource, next(resource)));
        }
        answers.forEach(CompletableFuture::join);
    }

    private synchronized long next(String resource) {
        return numbers.merge(resource, 1L, Long::sum);
    }

    private CompletableFuture<Void> send(String resource, long number) {
        var answered = new CompletableFuture<Void>();
        var value = "{\"resource\":\"%s\",\"number\":%d}".formatted(resource, number);
        var unused = producer.send(new ProducerRecord<>(topic, resource, value), (metadata, failure) -> {
            if (failure == null) {
                journal.acknowledged(resource, number);
            } else {
                journal.doubtful(resource, number);
            }
            answered.complete(null);
        });
        return answered;
    }

    @Override
    public void close() {
        thread.shutdownNow();
        producer.close(Duration.ofSeconds(2));
        try {
            thread.awaitTermination(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
