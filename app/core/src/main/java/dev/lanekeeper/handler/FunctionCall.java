package dev.lanekeeper.handler;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.EventFunction;
import dev.lanekeeper.api.Outcome;
import org.jspecify.annotations.Nullable;

/** Calls the function of a handler that was registered in code. */
final class FunctionCall<T> extends HookedCall {

    private final EventFunction<T> function;
    private final Argument payload;

    FunctionCall(EventFunction<T> function, Argument payload, @Nullable Transaction transaction, Hooks hooks) {
        super(transaction, hooks);
        this.function = function;
        this.payload = payload;
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

    @SuppressWarnings("unchecked")
    private @Nullable T decode(EventContext context) throws CannotHeal {
        try {
            return (T) payload.of(context);
        } catch (Exception | StackOverflowError e) {
            throw new CannotHeal(e);
        }
    }
}
