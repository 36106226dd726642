package dev.lanekeeper.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Says what a failed event was about, so that the failure can be found in the console by the same fields as an
 * acknowledged one.
 *
 * <p>Implemented by the handler's bean, or by the bean that the handler names. Called on the worker's thread after a
 * failed attempt, outside any transaction. A method that throws costs its field and is logged; the failure is recorded all
 * the same.
 */
public interface EventDetails {

    default @Nullable String entityId(RawEvent event) throws Exception {
        return null;
    }

    default @Nullable Instant eventTime(RawEvent event) throws Exception {
        return null;
    }

    default @Nullable String eventType(RawEvent event) throws Exception {
        return null;
    }

    default @Nullable String eventVersion(RawEvent event) throws Exception {
        return null;
    }
}
