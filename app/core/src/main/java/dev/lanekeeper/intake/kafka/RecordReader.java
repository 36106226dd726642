package dev.lanekeeper.intake.kafka;

import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.api.RawEvent.RawHeader;
import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.handler.Identity;
import dev.lanekeeper.work.NewItem;
import dev.lanekeeper.work.RunKey;
import dev.lanekeeper.work.UniqueClaim;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Makes an item of a Kafka record: only its resource and its identity are looked at, on the consumer's thread. A record that
 * cannot be read becomes an item that says so, whatever the hooks throw; only a lack of memory, which says nothing about the
 * record, ends the consumer, and another takes its place.
 */
final class RecordReader {

    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");
    private static final int LONGEST_TRACE_PARENT = 200;
    private static final int LONGEST_ERROR = 4000;

    private final HandlerDefinition handler;

    RecordReader(HandlerDefinition handler) {
        this.handler = handler;
    }

    NewItem read(ConsumerRecord<byte @Nullable [], byte @Nullable []> record, Instant polledAt) {
        var headers = headers(record.headers());
        var producedAt = producedAt(record.timestamp(), polledAt);
        var event = new RawEvent(
                record.topic(), record.partition(), record.offset(), producedAt, record.key(), record.value(), headers);
        var problems = new ArrayList<String>();
        var resource = resource(event, problems);
        var identity = identity(event, problems);
        var claim = claim(event, problems);
        return new NewItem(
                record.topic(),
                record.partition(),
                record.offset(),
                producedAt,
                polledAt,
                record.key(),
                record.value(),
                handler.unique() == null ? headers : RunKey.with(headers, claim),
                resource,
                identity,
                checksum(record.value()),
                traceParent(event),
                problems.isEmpty() ? null : String.join("; ", problems),
                problems.isEmpty() ? UniqueClaim.atEnqueueing(claim) : null,
                null);
    }

    /** Computed once, here; what of it counts in the run is kept with the record. */
    private @Nullable UniqueClaim claim(RawEvent event, List<String> problems) {
        var unique = handler.unique();
        if (unique == null) {
            return null;
        }
        try {
            return unique.claim(event, null);
        } catch (OutOfMemoryError e) {
            throw e;
        } catch (Throwable e) {
            problems.add(problem("unique key", e));
            return null;
        }
    }

    private @Nullable String resource(RawEvent event, List<String> problems) {
        try {
            var resource = handler.lanes().resource().resourceOf(event);
            return resource == null || resource.isEmpty() ? null : storable(resource);
        } catch (OutOfMemoryError e) {
            throw e;
        } catch (Throwable e) {
            problems.add(problem("resource", e));
            return null;
        }
    }

    private @Nullable UUID identity(RawEvent event, List<String> problems) {
        try {
            return Identity.of(handler.identity(), event);
        } catch (OutOfMemoryError e) {
            throw e;
        } catch (Throwable e) {
            problems.add(problem("identity", e));
            return null;
        }
    }

    private static List<RawHeader> headers(Headers headers) {
        var list = new ArrayList<RawHeader>();
        headers.forEach(h -> list.add(new RawHeader(h.key(), h.value())));
        return List.copyOf(list);
    }

    /** A producer may send any number as a time, and the database does not take them all. */
    private static Instant producedAt(long millis, Instant polledAt) {
        if (millis < 0) {
            return polledAt;
        }
        var time = Instant.ofEpochMilli(millis);
        return time.isAfter(LATEST) ? LATEST : time;
    }

    private static @Nullable String traceParent(RawEvent event) {
        var value = event.lastHeader("traceparent");
        return value == null || value.length > LONGEST_TRACE_PARENT
                ? null
                : storable(new String(value, StandardCharsets.UTF_8));
    }

    private static String problem(String what, Throwable e) {
        var text = what + ": " + text(e);
        return storable(text.length() > LONGEST_ERROR ? text.substring(0, LONGEST_ERROR) : text);
    }

    /** Even describing itself is the user's code in an exception. */
    private static String text(Throwable e) {
        try {
            return e.toString();
        } catch (Throwable describing) {
            return e.getClass().getName();
        }
    }

    /** PostgreSQL's text knows neither NUL nor half a surrogate pair. */
    private static String storable(String text) {
        if (text.chars().noneMatch(c -> c == 0 || Character.isSurrogate((char) c))) {
            return text;
        }
        var valid = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        return valid.replace('\0', '\uFFFD');
    }

    private static @Nullable UUID checksum(byte @Nullable [] value) {
        if (value == null) {
            return null;
        }
        try {
            var hash = ByteBuffer.wrap(MessageDigest.getInstance("MD5").digest(value));
            return new UUID(hash.getLong(), hash.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has MD5", e);
        }
    }
}
