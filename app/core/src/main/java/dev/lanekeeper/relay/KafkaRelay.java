package dev.lanekeeper.relay;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.outbox.OutboxEntry;
import dev.lanekeeper.handler.CannotHeal;
import dev.lanekeeper.handler.HandlerCall;
import dev.lanekeeper.work.EntryDocument;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Produces entries with a destination topic, one of a key at a time, each done when the broker has acknowledged it.
 *
 * <p>The record has the causality key, the arguments as they were written, and the entry's headers, its trace context among
 * them. {@code lanekeeper-entry} tells the entry's id: after a crash a record may come again, before any later one of its key.
 */
public final class KafkaRelay implements HandlerCall {

    /** The id of the handler. */
    public static final String ID = "outbox-relay";

    /** The header with the entry's id. */
    public static final String ENTRY_HEADER = "lanekeeper-entry";

    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private final Function<Map<String, Object>, Producer<byte[], byte[]>> producers;
    private final Map<String, Object> settings;
    private @Nullable Producer<byte[], byte[]> producer;

    /** @param settings of the producer */
    public KafkaRelay(Map<String, Object> settings) {
        this(settings, all -> new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer()));
    }

    KafkaRelay(Map<String, Object> settings, Function<Map<String, Object>, Producer<byte[], byte[]>> producers) {
        this.settings = settings;
        this.producers = producers;
    }

    @Override
    public Outcome call(EventContext context) throws Throwable {
        var document = Objects.requireNonNull(context.event().value());
        var entry = EntryDocument.read(document);
        var sent = producer().send(record(entry, document, context));
        return Outcome.ack(place(sent));
    }

    /** Where it is, once the broker has said so. */
    private static String place(Future<RecordMetadata> sent) throws Throwable {
        try {
            var place = sent.get();
            return place.topic() + "-" + place.partition() + "@" + place.offset();
        } catch (ExecutionException e) {
            var cause = Objects.requireNonNullElse(e.getCause(), e);
            throw cause instanceof RecordTooLargeException || cause instanceof InvalidTopicException
                    ? new CannotHeal(cause)
                    : cause;
        }
    }

    private static ProducerRecord<byte[], byte[]> record(OutboxEntry entry, byte[] document, EventContext context) {
        var headers = new RecordHeaders();
        context.event().headers().forEach(h -> headers.add(h.name(), h.value()));
        headers.add(ENTRY_HEADER, Long.toString(entry.id()).getBytes(StandardCharsets.UTF_8));
        var key = entry.causalityKey();
        return new ProducerRecord<>(
                Objects.requireNonNull(entry.topic()),
                null,
                key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                EntryDocument.arguments(document),
                headers);
    }

    /** Made when it is needed: its server may be away when the application starts. */
    private synchronized Producer<byte[], byte[]> producer() {
        var made = producer;
        if (made == null) {
            made = producers.apply(settings);
            producer = made;
        }
        return made;
    }

    @Override
    public Outcome.Ack fieldsOf(EventContext context) {
        return new Outcome.Ack(null, null, null, null);
    }

    @Override
    public @Nullable Transaction transaction() {
        return null;
    }

    @Override
    public void start() {}

    @Override
    public synchronized void stop() {
        if (producer != null) {
            producer.close(LAST_WORDS);
            producer = null;
        }
    }
}
