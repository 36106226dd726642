package dev.lanekeeper.work;

import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.work.Seal.Sealed;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Kafka records whose content nobody reads in the database: value, key, headers, resource key and what could not be read of
 * them are sealed together and lie in the payload's place.
 *
 * <p>Where equality has to be seen - which lane, which event came before - keyed hashes stand in for what they are made of.
 */
public final class SealedRecords {

    private static final String UNREADABLE = "resource or identity could not be read; why is encrypted";

    private final Seal seal;

    public SealedRecords(Seal seal) {
        this.seal = seal;
    }

    /** The batch of a handler whose records are to be sealed. */
    public KafkaBatch seal(KafkaBatch batch) {
        return batch.with(batch.items().stream().map(item -> seal(batch, item)).toList());
    }

    private NewItem seal(KafkaBatch batch, NewItem item) {
        var content = Parts.join(Arrays.asList(
                item.value(),
                item.key(),
                Headers.encode(item.headers()),
                Parts.bytes(item.resource()),
                Parts.bytes(item.intakeError())));
        var sealed =
                seal.seal(content, Places.record(batch.handlerId(), item.topic(), item.partition(), item.offset()));
        return item.sealed(
                sealed,
                item.resource() == null ? null : pseudonym(batch.laneGroup(), item.resource()),
                hash("identity", batch.handlerId(), item.identity()),
                hash("checksum", batch.handlerId(), item.checksum()),
                item.intakeError() == null ? null : UNREADABLE,
                claim(item.claim()));
    }

    /** What stands for a resource key where it must not be read: equal for equal keys of one lane group. */
    public String pseudonym(String laneGroup, String resource) {
        var name = laneGroup.getBytes(StandardCharsets.UTF_8);
        var hash = seal.hash("lane", Parts.join(List.of(name, resource.getBytes(StandardCharsets.UTF_8))));
        return hidden(hash);
    }

    /** How a keyed hash is written in the place of a key. */
    static String hidden(UUID hash) {
        return "#" + hash.toString().replace("-", "");
    }

    /** Equal for equal keys, of all handlers that share the lock. */
    private @Nullable UniqueClaim claim(@Nullable UniqueClaim claim) {
        if (claim == null) {
            return null;
        }
        var hash = seal.hash("unique", claim.key().getBytes(StandardCharsets.UTF_8));
        return claim.under(hidden(hash));
    }

    private @Nullable UUID hash(String purpose, int handlerId, @Nullable UUID of) {
        return of == null
                ? null
                : seal.hash(
                        purpose,
                        ByteBuffer.allocate(20)
                                .putInt(handlerId)
                                .putLong(of.getMostSignificantBits())
                                .putLong(of.getLeastSignificantBits())
                                .array());
    }

    /**
     * What was sealed.
     *
     * @param resource the canonical key of its resource
     */
    public record Content(
            byte @Nullable [] value,
            byte @Nullable [] key,
            byte @Nullable [] headers,
            @Nullable String resource,
            @Nullable String intakeError) {}

    /** @throws ForgedContentException also where a record's payload was exchanged with that of another */
    public static Content open(Seal seal, int handlerId, RawEvent event, Sealed sealed)
            throws KeyMissingException, ForgedContentException {
        var place = Places.record(handlerId, event.topic(), event.partition(), event.offset());
        var parts = Parts.split(seal.open(sealed, place));
        return new Content(
                parts.get(0), parts.get(1), parts.get(2), Parts.text(parts.get(3)), Parts.text(parts.get(4)));
    }
}
