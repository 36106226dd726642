package dev.lanekeeper.handler;

import dev.lanekeeper.api.AfterFailure;
import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.EventDetails;
import dev.lanekeeper.api.HandlerLifecycle;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.RawEvent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The user's code around the handling of events; what it throws is logged and changes nothing else. */
final class Hooks {

    private static final Logger LOG = LoggerFactory.getLogger(Hooks.class);
    private static final Outcome.Ack NOTHING = new Outcome.Ack(null, null, null, null);

    private final String handlerId;
    private final @Nullable EventDetails details;
    private final @Nullable HandlerLifecycle lifecycle;
    private final @Nullable AfterFailure afterFailure;

    Hooks(
            String handlerId,
            @Nullable EventDetails details,
            @Nullable HandlerLifecycle lifecycle,
            @Nullable AfterFailure afterFailure) {
        this.handlerId = handlerId;
        this.details = details;
        this.lifecycle = lifecycle;
        this.afterFailure = afterFailure;
    }

    Outcome.Ack fieldsOf(EventContext context) {
        if (details == null) {
            return NOTHING;
        }
        return new Outcome.Ack(
                field("entityId", details::entityId, context),
                field("eventTime", details::eventTime, context),
                field("eventType", details::eventType, context),
                field("eventVersion", details::eventVersion, context));
    }

    void start() {
        if (lifecycle != null) {
            tell("onStart", lifecycle::onStart);
        }
    }

    void stop() {
        if (lifecycle != null) {
            tell("onStop", lifecycle::onStop);
        }
    }

    void gaveUp(AfterFailure.Failed failed) {
        if (afterFailure != null) {
            tell("afterFailure", id -> afterFailure.afterFailure(failed));
        }
    }

    private <T> @Nullable T field(String name, Detail<T> detail, EventContext context) {
        try {
            return detail.of(context.event());
        } catch (Throwable e) {
            LOG.atWarn()
                    .addKeyValue("handler", handlerId)
                    .addKeyValue("item", context.itemId())
                    .addKeyValue("field", name)
                    .log(
                            "The details hook could not tell a field of a failed event; it is recorded without: {}",
                            e.toString());
            return null;
        }
    }

    private void tell(String name, Notice notice) {
        try {
            notice.to(handlerId);
        } catch (Throwable e) {
            LOG.atWarn()
                    .addKeyValue("handler", handlerId)
                    .setCause(e)
                    .log("{} of the handler failed; it goes on", name);
        }
    }

    @FunctionalInterface
    private interface Detail<T> {
        @Nullable
        T of(RawEvent event) throws Exception;
    }

    @FunctionalInterface
    private interface Notice {
        void to(String handlerId) throws Exception;
    }
}
