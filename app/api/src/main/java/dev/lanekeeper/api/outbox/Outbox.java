package dev.lanekeeper.api.outbox;

import org.jspecify.annotations.Nullable;

/**
 * Writes outbox entries: one row each, in the caller's own transaction, so that an entry exists exactly when the business
 * change does. Its handlers run after the commit, at once if this process moves entries, else within the poll.
 *
 * <pre>{@code
 * @Transactional
 * void place(Order order) {
 *     orders.save(order);
 *     outbox.publish("orders", "placed", new OrderPlaced(order.id()), order.customerId());
 * }
 * }</pre>
 *
 * <p>A bean, for any thread. An application without handlers may use it too; then others move its entries.
 */
public interface Outbox {

    /**
     * Inserts an entry.
     *
     * @return the entry's id; it grows within a transaction and from one transaction to the next that begins after its
     *     commit
     * @throws org.springframework.transaction.IllegalTransactionStateException without a transaction of the
     *     {@code DataSource} that Lanekeeper's tables are in, or in a callback after its end
     * @throws org.springframework.dao.DataAccessException when the database refuses the entry, which spoils the caller's
     *     transaction
     */
    long publish(OutboxMessage message);

    /**
     * As {@link #publish(OutboxMessage)}.
     *
     * @param context what the event is about, such as {@code orders}
     * @param event what happened, such as {@code placed}
     * @param arguments anything that Jackson writes as a JSON object; {@code null} for none
     * @param causalityKey entries of one key are processed in order; {@code null} for no order
     */
    default long publish(String context, String event, @Nullable Object arguments, @Nullable String causalityKey) {
        return publish(OutboxMessage.of(context, event).withArguments(arguments).withCausalityKey(causalityKey));
    }
}
