package dev.lanekeeper.handler;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.EventFunction;
import dev.lanekeeper.api.Outcome;
import org.jspecify.annotations.Nullable;

/** Calls the function of a handler that was registered in code. */
final class FunctionCall<T> implements HandlerCall {

    private final EventFunction<T> function;
    private final Argument payload;
    private final @Nullable Transaction transaction;
    private final Hooks hooks;

    FunctionCall(EventFunction<T> function, Argument payload, @Nullable Transaction transaction, Hooks hooks) {
        this.function = function;
        this.payload = payload;
        this.transaction = transaction;
        this.hooks = hooks;
    }

    @Override
    public Outcome call(EventContext context) throws Throwable {
        Outcome outcome = function.handle(decode(context), context);
        if (outcome == null) {
            throw new IllegalStateException(
                    "Handler '" + context.handlerId() + "' returned null instead of an Outcome");
        }
        return outcome;
    }

    @Override
    public Outcome.Ack fieldsOf(EventContext context) {
        return hooks.fieldsOf(context);
    }

    @Override
    public @Nullable Transaction transaction() {
        return transaction;
    }

    @Override
    public void start() {
        hooks.start();
    }

    @Override
    public void stop() {
        hooks.stop();
    }

    @SuppressWarnings("unchecked")
    private @Nullable T decode(EventContext context) throws CannotHeal {
        try {
            return (T) payload.of(context);
        } catch (Exception | StackOverflowError e) {
            throw new CannotHeal(e);
        }
    }
}
