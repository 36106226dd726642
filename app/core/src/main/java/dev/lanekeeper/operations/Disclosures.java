package dev.lanekeeper.operations;

import dev.lanekeeper.operations.Disclosure.NotEncrypted;
import dev.lanekeeper.operations.Disclosure.NotFound;
import dev.lanekeeper.operations.Disclosure.PlainText;
import dev.lanekeeper.operations.Disclosure.Unreadable;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.ForgedContentException;
import dev.lanekeeper.work.KeyMissingException;
import dev.lanekeeper.work.OperationStore;
import dev.lanekeeper.work.OperationStore.Operation;
import dev.lanekeeper.work.SealedContentSearch;

/**
 * Shows a person what is encrypted of an item, after it is written down who looks: nothing is shown that is not.
 *
 * <p>Called from any thread, in no transaction. Whoever calls it has made sure that the person may.
 */
public final class Disclosures {

    private final Database database;
    private final SealedContentSearch search;
    private final OperationStore operations;

    public Disclosures(Database database) {
        this.database = database;
        this.search = new SealedContentSearch(database);
        this.operations = new OperationStore(database);
    }

    public Disclosure open(long itemId, Operator by) {
        var sealed = search.isSealed(itemId);
        if (sealed.isEmpty()) {
            return new NotFound();
        }
        if (!sealed.get()) {
            return new NotEncrypted();
        }
        var disclosure = read(itemId);
        var result = disclosure instanceof PlainText ? "SHOWN" : "UNREADABLE";
        database.inTransaction(() -> {
            operations.write(new Operation(by.name(), "decrypt", "item:" + itemId, by.reason(), result));
            return result;
        });
        return disclosure;
    }

    private Disclosure read(long itemId) {
        try {
            return new PlainText(search.open(itemId));
        } catch (KeyMissingException | ForgedContentException e) {
            return new Unreadable(String.valueOf(e.getMessage()));
        }
    }
}
