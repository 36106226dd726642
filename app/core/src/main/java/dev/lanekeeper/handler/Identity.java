package dev.lanekeeper.handler;

import dev.lanekeeper.api.IdentityResolver;
import dev.lanekeeper.api.RawEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * By what an event is recognised when it comes a second time as another record.
 *
 * <p>Of every identity the first 16 bytes of a SHA-256 are stored: nobody can make two payloads of one identity to have
 * an event suppressed. Called on the intake thread for each record of a handler that asks for it.
 */
public final class Identity {

    private Identity() {}

    /**
     * The identity to store; {@code null} when only the record's place in Kafka identifies it.
     *
     * @throws Exception what the application's own resolver throws
     */
    public static @Nullable UUID of(@Nullable IdentityResolver resolver, RawEvent event) throws Exception {
        byte[] bytes = resolver == null ? null : resolver.identityOf(event);
        return bytes == null ? null : uuid(digest().digest(bytes));
    }

    /**
     * What {@code dedup = "..."} may say; {@code null} for {@code record}.
     *
     * @param beans gives the resolver bean of that name
     * @throws IllegalArgumentException with a message that says what may be written, if the expression cannot be parsed
     */
    static @Nullable IdentityResolver parse(String expression, Function<String, IdentityResolver> beans) {
        if (expression.equals("record")) {
            return null;
        }
        if (expression.equals("payload")) {
            return Identity::payload;
        }
        if (expression.equals("payload-and-key")) {
            return Identity::payloadAndKey;
        }
        String name = expression.substring(expression.indexOf(':') + 1).trim();
        if (expression.startsWith("header:") && !name.isEmpty()) {
            return event -> event.lastHeader(name);
        }
        if (expression.startsWith("bean:")) {
            return beans.apply(name);
        }
        throw new IllegalArgumentException("Write record, payload, payload-and-key, header:name or bean:name");
    }

    private static byte[] payload(RawEvent event) {
        var digest = digest();
        update(digest, topic(event));
        update(digest, event.value());
        if (event.value() == null) {
            update(digest, event.key());
        }
        return digest.digest();
    }

    private static byte[] payloadAndKey(RawEvent event) {
        var digest = digest();
        update(digest, topic(event));
        update(digest, event.value());
        update(digest, event.key());
        return digest.digest();
    }

    private static byte @Nullable [] topic(RawEvent event) {
        var topic = event.topic();
        return topic == null ? null : topic.getBytes(StandardCharsets.UTF_8);
    }

    /** The length goes first, so that moving a byte from one part to the next makes another identity. */
    private static void update(MessageDigest digest, byte @Nullable [] part) {
        digest.update(ByteBuffer.allocate(4).putInt(0, part == null ? -1 : part.length));
        if (part != null) {
            digest.update(part);
        }
    }

    private static UUID uuid(byte[] hash) {
        var buffer = ByteBuffer.wrap(hash);
        return new UUID(buffer.getLong(), buffer.getLong());
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
