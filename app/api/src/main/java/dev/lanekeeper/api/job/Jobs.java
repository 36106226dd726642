package dev.lanekeeper.api.job;

import org.jspecify.annotations.Nullable;

/**
 * Enqueues jobs for {@link LaneJob} handlers, of this process or of others of the application.
 *
 * <pre>{@code
 * jobs.enqueue("invoice", order, JobOptions.after(Duration.ofHours(1)).withLabel("order " + order.id()));
 * }</pre>
 *
 * <p>A bean, for any thread, from the moment at which all singletons exist.
 *
 * <p>Without a transaction the job is stored, and committed, when the call returns; a free worker of this process begins with it
 * at once. Inside a transaction of the {@code DataSource} that Lanekeeper's tables are in, one row is written beside the
 * caller's own changes, so that the job exists exactly when they do; it is stored once the transaction is committed, and the
 * answer is {@link Enqueued.Submitted}. In a callback after that transaction's end ({@code afterCommit},
 * {@code @TransactionalEventListener}) the job is stored, and committed, when the call returns.
 */
public interface Jobs {

    /**
     * Enqueues a job.
     *
     * @param id that of its handler
     * @param payload anything that Jackson writes; {@code null} for none
     * @throws IllegalArgumentException if no node has ever had such a handler, the resource cannot be read from the payload, or a
     *     cron expression makes no sense
     * @throws DuplicateJobException outside a transaction, if another job has its lock and {@link Unique#onConflict()} says so
     * @throws org.springframework.dao.DataAccessException when the database is away, so that it is unknown whether the job was
     *     stored; inside a transaction that is spoilt then
     */
    Enqueued enqueue(String id, @Nullable Object payload, JobOptions options);

    /** As {@link #enqueue(String, Object, JobOptions)}: now, and with what the handler says. */
    default Enqueued enqueue(String id, @Nullable Object payload) {
        return enqueue(id, payload, JobOptions.now());
    }
}
