package dev.lanekeeper.work;

/**
 * Stores a batch in one transaction (T1): progress, identities, lanes, items, in this order.
 *
 * <p>Called by the intakes on their own threads. After it returns the batch is committed and its offsets may be.
 */
public final class ItemStorer {

    /**
     * Stores the records that are new; safe to repeat with the same batch after any error, since progress tells what was
     * stored before.
     *
     * @throws org.springframework.dao.DataAccessException when the database is away; nothing, or everything, was stored
     */
    public StoredBatch store(KafkaBatch batch) {
        throw new UnsupportedOperationException(batch.toString());
    }
}
