package dev.lanekeeper.api.change;

/**
 * Records changes of resources in the transaction that makes them, for the {@link ReliableAfterCommit} methods that follow. A
 * bean, for any thread.
 *
 * <pre>{@code
 * @Transactional
 * void ship(Order before) {
 *     Order after = before.shipped();
 *     jdbc.update("UPDATE orders SET state = 'SHIPPED' WHERE id = ?", before.id());
 *     changes.updated(before, after);
 * }
 * }</pre>
 *
 * <p>A resource is anything that Jackson writes as a JSON object with an attribute {@code id}, or the one that
 * {@link ReliableEntity#id()} names. What no callback asks for is not written.
 *
 * <p>Each method throws when the change cannot be recorded, so that the caller's transaction fails:
 * {@link org.springframework.transaction.IllegalTransactionStateException} without a transaction of Lanekeeper's DataSource,
 * {@link IllegalArgumentException} for a resource without an id or that is no JSON object,
 * {@link org.springframework.dao.DataAccessException} when the database refuses it.
 */
public interface Changes {

    void created(Object resource);

    /** Records what differs; nothing when nothing does. Both are of the same class and have the same id. */
    void updated(Object before, Object after);

    void deleted(Object resource);
}
