package dev.lanekeeper.handler;

import dev.lanekeeper.api.AfterFailure;
import dev.lanekeeper.api.EventDetails;
import dev.lanekeeper.api.HandlerLifecycle;
import dev.lanekeeper.api.HandlerRegistration.Registered;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.outbox.OutboxProcessor;
import dev.lanekeeper.handler.Declaration.BeanMethod;
import dev.lanekeeper.handler.Declaration.BuiltIn;
import dev.lanekeeper.handler.Declaration.Function;
import dev.lanekeeper.handler.Declaration.Processor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.util.ReflectionUtils;

/** Makes the way in which a handler's code is reached, and checks that it can be. */
final class HandlerCalls {

    private final Arguments arguments;
    private final TransactionRules transactions;
    private final Problems problems;
    private final Map<String, OutboxProcessor> processors = new HashMap<>();

    HandlerCalls(Arguments arguments, TransactionRules transactions, Problems problems) {
        this.arguments = arguments;
        this.transactions = transactions;
        this.problems = problems;
    }

    HandlerCall of(Declaration declaration, @Nullable EventDetails details, boolean exactlyOnce) {
        String where = declaration.describe();
        if (declaration.target() instanceof BeanMethod target) {
            return method(declaration, target, details, exactlyOnce);
        }
        if (declaration.target() instanceof Processor processor) {
            var call = method(declaration, processor.call(), details, exactlyOnce);
            processors.put(declaration.id(), processor.bean());
            return new ProcessorCall(declaration.id(), processor.bean(), call, processors);
        }
        if (declaration.target() instanceof Declaration.Callback callback) {
            return new CallbackCall(
                    method(declaration, callback.call(), details, exactlyOnce),
                    ChangeCondition.parse("condition", callback.condition(), where, problems),
                    ChangeCondition.parse("unless", callback.unless(), where, problems),
                    callback.resource(),
                    arguments.changes());
        }
        if (declaration.target() instanceof BuiltIn builtIn) {
            return builtIn.handler().call();
        }
        Registered<?> registered = ((Function) declaration.target()).registered();
        return function(
                registered,
                new Hooks(
                        registered.id(),
                        details,
                        registered.hooks().lifecycle(),
                        registered.hooks().afterFailure()),
                where);
    }

    private HandlerCall method(
            Declaration declaration, BeanMethod target, @Nullable EventDetails details, boolean exactlyOnce) {
        String where = declaration.describe();
        HandlerLifecycle lifecycle = target.bean() instanceof HandlerLifecycle own ? own : null;
        AfterFailure afterFailure = target.bean() instanceof AfterFailure own ? own : null;
        Hooks hooks = new Hooks(declaration.id(), details, lifecycle, afterFailure);
        Class<?> returned = target.method().getReturnType();
        if (returned != void.class && !Outcome.class.isAssignableFrom(returned)) {
            problems.add(where, "the method returns " + returned.getName(), "Return Outcome, or declare void");
        }
        List<Argument> values = arguments.of(target.method(), target.userClass(), declaration.door(), where);
        HandlerCall.Transaction transaction = transactions.of(target, exactlyOnce, where);
        return new MethodCall(target.bean(), invocable(target, where), values, transaction, hooks);
    }

    private Method invocable(BeanMethod target, String where) {
        Method method = target.method();
        int modifiers = method.getModifiers();
        if (Modifier.isStatic(modifiers) || Modifier.isPrivate(modifiers)) {
            problems.add(
                    where,
                    "the method is " + (Modifier.isStatic(modifiers) ? "static" : "private")
                            + ", so a call would go past the bean's proxy",
                    "Make it an instance method that is not private");
            return method;
        }
        if (Modifier.isFinal(modifiers) && AopUtils.isCglibProxy(target.bean())) {
            problems.add(
                    where,
                    "the method is final, so a call would go past the bean's proxy, to an object without its fields",
                    "Remove final");
        }
        try {
            Method invocable =
                    AopUtils.selectInvocableMethod(method, target.bean().getClass());
            ReflectionUtils.makeAccessible(invocable);
            return invocable;
        } catch (IllegalStateException e) {
            problems.add(
                    where,
                    "the bean's proxy has no such method",
                    "Declare it in an interface of the bean, or set spring.aop.proxy-target-class=true");
            return method;
        }
    }

    private <T> HandlerCall function(Registered<T> registered, Hooks hooks, String where) {
        Argument payload = arguments.payload(registered.payloadType(), registered.acceptsTombstones());
        HandlerCall.Transaction transaction = registered.transactionManager() == null
                ? null
                : transactions.named(registered.id(), registered.transactionManager(), where);
        return new FunctionCall<>(registered.function(), payload, transaction, hooks);
    }
}
