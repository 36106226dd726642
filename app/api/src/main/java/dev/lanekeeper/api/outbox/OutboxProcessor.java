package dev.lanekeeper.api.outbox;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.Outcome;

/**
 * Processes those outbox entries that it says it applies to; a bean of this type is a handler whose id is the bean's name,
 * so name it for good.
 *
 * <p>Every entry becomes an item of every processor, which is skipped where it does not apply. If nothing else takes the
 * entry and no processor applies, that is a failure. Called on a worker's thread; an exception follows the handler's retry
 * policy. {@code call} may be {@code @Transactional}. For entries of one context {@link OutboxEventHandler} costs less.
 */
public interface OutboxProcessor {

    /** Decides by the entry alone, for all its attempts, and is asked in each of them. */
    boolean applies(OutboxEntry entry) throws Exception;

    Outcome call(OutboxEntry entry, EventContext event) throws Exception;
}
