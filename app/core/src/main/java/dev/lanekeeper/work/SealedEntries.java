package dev.lanekeeper.work;

import dev.lanekeeper.work.Seal.Sealed;
import java.util.Arrays;
import java.util.Objects;

/** Entries of the outbox whose arguments and changes nobody reads in the database; all else about them stays readable. */
public final class SealedEntries {

    private static final String NONE = "{}";

    private final Seal seal;

    public SealedEntries(Seal seal) {
        this.seal = seal;
    }

    /** Whether entries of a context are sealed: all but jobs, which are none once they have moved. */
    boolean seals(String context) {
        return seal.sealsEntries() && !context.equals(JobDocument.CONTEXT);
    }

    /** The entry as it is to be written: sealed, unless it is already, or entries are left in plain text. */
    public OutboxRow seal(OutboxRow entry) {
        if (entry.sealed() != null || !seals(entry.context())) {
            return entry;
        }
        var content = Parts.join(Arrays.asList(Parts.bytes(entry.arguments()), Parts.bytes(entry.changeset())));
        return entry.with(NONE, NONE, seal.seal(content, Places.entry(entry)));
    }

    /** The entry as it was before it was sealed. */
    public OutboxRow open(OutboxRow entry, Sealed sealed) throws KeyMissingException, ForgedContentException {
        var parts = Parts.split(seal.open(sealed, Places.entry(entry)));
        return entry.with(
                Objects.requireNonNull(Parts.text(parts.get(0))),
                Objects.requireNonNull(Parts.text(parts.get(1))),
                null);
    }
}
