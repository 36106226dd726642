package dev.lanekeeper.handler;

import dev.lanekeeper.api.AfterFailure;
import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.Outcome;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;

/** How the user's code of one handler is reached; called by the run room on a worker's thread. */
public interface HandlerCall {

    /**
     * Decodes the payload, resolves the arguments and calls the user's method.
     *
     * @throws CannotHeal if a further attempt cannot end otherwise (decoding, conversion, missing argument, validation)
     * @throws Throwable what the user's method threw, unwrapped
     */
    Outcome call(EventContext context) throws Throwable;

    /** The searchable fields of an event whose attempt failed; a hook that throws costs its field only. Never throws. */
    Outcome.Ack fieldsOf(EventContext context);

    /** The transaction in which the user's method and the record of its result belong together; null for none. */
    @Nullable
    Transaction transaction();

    /** Called once before the first event, and once after the last; what they throw is logged. */
    void start();

    void stop();

    /** Called after it is committed that an item has failed for good; what it throws is logged. */
    default void gaveUp(AfterFailure.Failed failed) {}

    /** The attributes of the method's own {@code @Transactional} and the manager that they name. */
    record Transaction(PlatformTransactionManager manager, TransactionDefinition definition) {}
}
