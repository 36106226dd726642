package dev.lanekeeper.handler;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.Outcome;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls a handler's method through whatever proxy its bean has. */
final class MethodCall extends HookedCall {

    private final Object bean;
    private final Method method;
    private final List<Argument> arguments;

    MethodCall(Object bean, Method method, List<Argument> arguments, @Nullable Transaction transaction, Hooks hooks) {
        super(transaction, hooks);
        this.bean = bean;
        this.method = method;
        this.arguments = List.copyOf(arguments);
    }

    @Override
    public Outcome call(EventContext context) throws Throwable {
        @Nullable Object[] values = resolve(context);
        try {
            Object result = method.invoke(bean, values);
            if (method.getReturnType() == void.class) {
                return Outcome.ack();
            }
            if (result == null) {
                throw new IllegalStateException(
                        "Handler '" + context.handlerId() + "' returned null; return an Outcome, or declare void");
            }
            return (Outcome) result;
        } catch (InvocationTargetException e) {
            throw unwrap(e.getTargetException());
        }
    }

    private @Nullable Object[] resolve(EventContext context) throws CannotHeal {
        @Nullable Object[] values = new Object[arguments.size()];
        try {
            for (int i = 0; i < values.length; i++) {
                values[i] = arguments.get(i).of(context);
            }
        } catch (Exception | StackOverflowError e) {
            throw new CannotHeal(e);
        }
        return values;
    }

    /** A proxy wraps a checked exception that the method does not declare. */
    private static Throwable unwrap(Throwable thrown) {
        return thrown instanceof UndeclaredThrowableException wrapper && wrapper.getUndeclaredThrowable() != null
                ? wrapper.getUndeclaredThrowable()
                : thrown;
    }
}
