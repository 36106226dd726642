package dev.lanekeeper.handler;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.outbox.OutboxEntry;
import org.jspecify.annotations.Nullable;

/** Asks a callback's conditions before it is called, both of which must be content, and then whether its resource is there. */
final class CallbackCall extends AskedFirst {

    private final @Nullable ChangeCondition condition;
    private final @Nullable ChangeCondition unless;
    private final Class<?> resource;
    private final ChangeReader changes;

    CallbackCall(
            HandlerCall call,
            @Nullable ChangeCondition condition,
            @Nullable ChangeCondition unless,
            Class<?> resource,
            ChangeReader changes) {
        super(call);
        this.condition = condition;
        this.unless = unless;
        this.resource = resource;
        this.changes = changes;
    }

    @Override
    public Outcome call(EventContext context) throws Throwable {
        var entry = entry(context);
        return isWanted(entry) && changes.isThere(resource, entry) ? proceed(context) : Outcome.skip();
    }

    private boolean isWanted(OutboxEntry entry) {
        return (condition == null || condition.holds(entry)) && (unless == null || !unless.holds(entry));
    }

    private static OutboxEntry entry(EventContext context) throws CannotHeal {
        try {
            return ChangeReader.entry(context);
        } catch (RuntimeException | StackOverflowError e) {
            throw new CannotHeal(e);
        }
    }
}
