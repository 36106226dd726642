package dev.lanekeeper.handler;

import dev.lanekeeper.api.KafkaEventHandlerRegistration.Registered;
import java.lang.reflect.Method;
import java.util.Map;

/**
 * A handler as somebody wrote it, not yet checked.
 *
 * @param id empty when none was given
 * @param place where it was written, in words that lead a reader there
 * @param attributes by their names in the annotation, with placeholders; only those that were given
 * @param consumerProperties as the annotation or the registration gives them, with placeholders
 */
record Declaration(
        String id,
        String place,
        Map<String, String> attributes,
        Map<String, String> consumerProperties,
        Target target) {

    String describe() {
        return (id.isEmpty() ? "Handler without id" : "Handler '" + id + "'") + " (" + place + ")";
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

    /** A function given in code. */
    record Function(Registered<?> registered) implements Target {}
}
