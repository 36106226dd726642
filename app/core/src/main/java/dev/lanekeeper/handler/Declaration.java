package dev.lanekeeper.handler;

import dev.lanekeeper.api.HandlerRegistration.Registered;
import dev.lanekeeper.api.outbox.OutboxProcessor;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A handler as somebody wrote it, not yet checked.
 *
 * @param id empty when none was given
 * @param place where it was written, in words that lead a reader there
 * @param door through which its events come
 * @param attributes by their names in the annotation, with placeholders; only those that were given
 * @param consumerProperties as the annotation or the registration gives them, with placeholders
 */
record Declaration(
        String id,
        String place,
        Door door,
        Map<String, String> attributes,
        Map<String, String> consumerProperties,
        Target target) {

    String describe() {
        return (id.isEmpty() ? "Handler without id" : "Handler '" + id + "'") + " (" + place + ")";
    }

    /** The user's bean; {@code null} when the handler is none. */
    @Nullable
    Object bean() {
        if (target instanceof BeanMethod method) {
            return method.bean();
        }
        if (target instanceof Callback callback) {
            return callback.call().bean();
        }
        return target instanceof Processor processor ? processor.bean() : null;
    }

    /** Where events come from. */
    enum Door {
        KAFKA,
        OUTBOX,
        JOB
    }

    /** What is called. */
    sealed interface Target {}

    /**
     * A method of a bean.
     *
     * @param bean what the container hands out: a proxy, if there is one
     * @param userClass the class behind the proxy
     * @param method of the user's class
     */
    record BeanMethod(Object bean, Class<?> userClass, Method method) implements Target {}

    /** Of no handler, but of the defaults for all. */
    record Nobody() implements Target {}

    /**
     * A bean that says in the run whether it applies.
     *
     * @param call its method, by which its transaction is found
     */
    record Processor(OutboxProcessor bean, BeanMethod call) implements Target {}

    /**
     * A method that follows changes of a resource.
     *
     * @param resource the class whose changes they are
     * @param events their names in the outbox
     * @param position among the callbacks of the class that it stands in
     * @param condition what must hold; empty for nothing
     * @param unless what must not hold; empty for nothing
     */
    record Callback(
            BeanMethod call, Class<?> resource, List<String> events, int position, String condition, String unless)
            implements Target {}

    /** A part of Lanekeeper itself. */
    record BuiltIn(BuiltInHandler handler) implements Target {}

    /** A function given in code. */
    record Function(Registered<?> registered) implements Target {}
}
