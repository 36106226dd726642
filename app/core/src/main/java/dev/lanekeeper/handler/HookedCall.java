package dev.lanekeeper.handler;

import dev.lanekeeper.api.AfterFailure;
import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.Outcome;
import org.jspecify.annotations.Nullable;

/** What a handler's call has beside its code: its hooks and its transaction. */
abstract sealed class HookedCall implements HandlerCall permits FunctionCall, MethodCall {

    private final @Nullable Transaction transaction;
    private final Hooks hooks;

    HookedCall(@Nullable Transaction transaction, Hooks hooks) {
        this.transaction = transaction;
        this.hooks = hooks;
    }

    @Override
    public final Outcome.Ack fieldsOf(EventContext context) {
        return hooks.fieldsOf(context);
    }

    @Override
    public final @Nullable Transaction transaction() {
        return transaction;
    }

    @Override
    public final void start() {
        hooks.start();
    }

    @Override
    public final void gaveUp(AfterFailure.Failed failed) {
        hooks.gaveUp(failed);
    }

    @Override
    public final void stop() {
        hooks.stop();
    }
}
