package dev.lanekeeper.work;

import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.work.ItemResult.FailedAttempt;
import dev.lanekeeper.work.Seal.Sealed;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Opens what runs are about to handle, and seals what came of it where nobody may read that. */
public final class SealedItems {

    private final Seal seal;
    private final SealedEntries entries;

    public SealedItems(Seal seal) {
        this.seal = seal;
        this.entries = new SealedEntries(seal);
    }

    /** The item in plain text; where that is not possible, without its content and with the reason. */
    public WaitingItem open(WaitingItem item) {
        var keyId = item.keyId();
        var payload = item.event().value();
        if (keyId == null || payload == null) {
            return item;
        }
        try {
            return item.event().topic() == null ? openEntry(item, keyId, payload) : openRecord(item, keyId, payload);
        } catch (KeyMissingException | ForgedContentException e) {
            return item.with(item.resource(), null, content(item.event(), null), e);
        }
    }

    private WaitingItem openEntry(WaitingItem item, long keyId, byte[] payload)
            throws KeyMissingException, ForgedContentException {
        var opened = EntryDocument.open(payload, keyId, entries);
        return item.with(item.resource(), item.intakeError(), content(item.event(), opened), null);
    }

    private WaitingItem openRecord(WaitingItem item, long keyId, byte[] payload)
            throws KeyMissingException, ForgedContentException {
        var event = item.event();
        var content = SealedRecords.open(seal, item.handlerId(), event, new Sealed(keyId, payload));
        var opened = new RawEvent(
                event.topic(),
                event.partition(),
                event.offset(),
                event.producedAt(),
                content.key(),
                content.value(),
                Headers.decode(content.headers()));
        return item.with(
                item.resource() == null ? null : content.resource(),
                item.intakeError() == null || content.intakeError() == null
                        ? item.intakeError()
                        : content.intakeError(),
                opened,
                null);
    }

    private static RawEvent content(RawEvent event, byte @Nullable [] value) {
        return new RawEvent(
                event.topic(),
                event.partition(),
                event.offset(),
                event.producedAt(),
                event.key(),
                value,
                event.headers());
    }

    /** The attempt with message and stack trace sealed; its class and its fingerprint stay readable. */
    public FailedAttempt seal(long itemId, FailedAttempt attempt) {
        var content = Parts.join(Arrays.asList(Parts.bytes(attempt.errorMessage()), Parts.bytes(attempt.stackTrace())));
        return new FailedAttempt(
                attempt.number(),
                attempt.errorClass(),
                attempt.errorMessage(),
                attempt.stackTrace(),
                attempt.fingerprint(),
                seal.seal(content, Places.attempt(itemId, attempt.number())));
    }

    /** What stands for the key of a lock that is held in the run: equal for equal keys, whichever handlers need it. */
    public String lockKey(String key) {
        return SealedRecords.hidden(seal.hash("lock", key.getBytes(StandardCharsets.UTF_8)));
    }

    /** Why an item ended, sealed. */
    public @Nullable Sealed sealReason(long itemId, @Nullable String reason) {
        return reason == null ? null : seal.seal(reason.getBytes(StandardCharsets.UTF_8), Places.outcome(itemId));
    }
}
