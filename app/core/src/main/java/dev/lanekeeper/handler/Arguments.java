package dev.lanekeeper.handler;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.api.change.Change;
import dev.lanekeeper.api.outbox.OutboxEntry;
import dev.lanekeeper.handler.Declaration.Door;
import dev.lanekeeper.work.EntryDocument;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.GenericTypeResolver;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.SynthesizingMethodParameter;
import org.springframework.core.convert.TypeDescriptor;
import org.springframework.core.env.Environment;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.Headers;
import org.springframework.messaging.handler.annotation.Payload;
import org.springframework.messaging.handler.annotation.ValueConstants;

/** Prepares, at start-up, how each parameter of a handler's method gets its value. */
final class Arguments {

    private final DefaultParameterNameDiscoverer names = new DefaultParameterNameDiscoverer();
    private final Environment environment;
    private final Decoding decoding;
    private final Problems problems;
    private final ChangeReader changes;

    Arguments(Environment environment, Decoding decoding, Problems problems) {
        this.environment = environment;
        this.decoding = decoding;
        this.problems = problems;
        this.changes = new ChangeReader(
                decoding.mapper(),
                decoding.finders(),
                !"false".equalsIgnoreCase(environment.getProperty("lanekeeper.outbox.fail-on-missing-resource")));
    }

    List<Argument> of(Method method, Class<?> userClass, Door door, String where) {
        List<Argument> arguments = new ArrayList<>();
        int payloads = 0;
        for (int i = 0; i < method.getParameterCount(); i++) {
            var parameter = new SynthesizingMethodParameter(method, i).withContainingClass(userClass);
            parameter.initParameterNameDiscovery(names);
            if (isPayload(parameter)) {
                payloads++;
            }
            arguments.add(argument(parameter, door, where));
        }
        if (payloads > 1) {
            problems.add(
                    where,
                    "the method has " + payloads + " payload parameters",
                    "Keep one; headers need @Header, and all else comes from EventContext or RawEvent");
        }
        return arguments;
    }

    /** For a function, whose payload may be the raw event. */
    Argument payload(Type type, boolean nullable) {
        if (type == RawEvent.class) {
            return EventContext::event;
        }
        var reader = PayloadReader.of(type, decoding.mapper());
        return context -> decode(context, reader, nullable);
    }

    private static boolean isPayload(MethodParameter parameter) {
        return !parameter.hasParameterAnnotation(Header.class)
                && !parameter.hasParameterAnnotation(Headers.class)
                && parameter.getParameterType() != EventContext.class
                && parameter.getParameterType() != OutboxEntry.class
                && parameter.getParameterType() != Change.class
                && parameter.getParameterType() != RawEvent.class;
    }

    private Argument argument(MethodParameter parameter, Door door, String where) {
        if (parameter.getParameterType() == EventContext.class) {
            return context -> context;
        }
        if (parameter.getParameterType() == RawEvent.class) {
            return EventContext::event;
        }
        if (parameter.getParameterType() == OutboxEntry.class) {
            return entry(door, where);
        }
        if (parameter.getParameterType() == Change.class) {
            return change(parameter, door, where);
        }
        Header header = parameter.getParameterAnnotation(Header.class);
        if (header != null) {
            return header(parameter, header, where);
        }
        return parameter.hasParameterAnnotation(Headers.class)
                ? headers(parameter, where)
                : payload(parameter, door, where);
    }

    private Argument entry(Door door, String where) {
        if (door != Door.OUTBOX) {
            problems.add(
                    where,
                    "only a handler of outbox entries is given an OutboxEntry",
                    "Take RawEvent, or the decoded payload");
        }
        return context ->
                EntryDocument.read(Objects.requireNonNull(context.event().value()));
    }

    private Argument change(MethodParameter parameter, Door door, String where) {
        Class<?> resource =
                ResolvableType.forMethodParameter(parameter).getGeneric(0).resolve();
        if (door != Door.OUTBOX || resource == null) {
            problems.add(
                    where,
                    "a parameter of type Change "
                            + (resource == null ? "does not say of what class" : "is for callbacks alone"),
                    "Declare Change<YourClass> in a @ReliableAfterCommit method");
            return context -> null;
        }
        return context -> changes.read(resource, context);
    }

    /** How changes are read, for what has to be asked before a callback is called. */
    ChangeReader changes() {
        return changes;
    }

    private Argument header(MethodParameter parameter, Header header, String where) {
        String name = header.name().isEmpty() ? parameter.getParameterName() : resolve(header.name(), where);
        if (name == null) {
            problems.add(
                    where, "a @Header parameter has no name", "Write @Header(\"name\"), or compile with -parameters");
            return context -> null;
        }
        String fallback = ValueConstants.DEFAULT_NONE.equals(header.defaultValue())
                ? null
                : resolve(header.defaultValue(), where);
        boolean required = header.required() && !parameter.isOptional() && fallback == null;
        var type = new TypeDescriptor(parameter.nestedIfOptional());
        boolean optional = parameter.getParameterType() == Optional.class;
        return context -> {
            Object value = decoding.headers().read(context.event(), name, type);
            if (value == null && fallback != null) {
                value = decoding.headers().convert(fallback, type);
            }
            if (value == null && required) {
                throw new MissingArgumentException(
                        "The record has no header '" + name + "'; if it may lack it, make the"
                                + " parameter @Nullable or an Optional, or give a defaultValue");
            }
            return optional ? Optional.ofNullable(value) : value;
        };
    }

    private Argument headers(MethodParameter parameter, String where) {
        var type = ResolvableType.forMethodParameter(parameter).as(Map.class);
        if (parameter.getParameterType() != Map.class) {
            problems.add(where, "a @Headers parameter is no Map", "Declare Map<String, String> or Map<String, byte[]>");
        }
        Class<?> valueType = type.getGeneric(1).resolve(Object.class);
        return context -> decoding.headers().readAll(context.event(), valueType);
    }

    private Argument payload(MethodParameter parameter, Door door, String where) {
        Class<?> rawType = parameter.nestedIfOptional().getNestedParameterType();
        if (rawType.getName().startsWith("org.apache.kafka.")
                || rawType.getName().startsWith("org.springframework.")) {
            problems.add(
                    where,
                    "a parameter of type " + rawType.getName() + " is not supported",
                    "Take RawEvent and EventContext; offsets and acknowledgements are Lanekeeper's");
            return context -> null;
        }
        Payload annotation = parameter.getParameterAnnotation(Payload.class);
        boolean nullable = parameter.isOptional() || (annotation != null && !annotation.required());
        boolean optional = parameter.getParameterType() == Optional.class;
        var type = GenericTypeResolver.resolveType(
                parameter.nestedIfOptional().getNestedGenericParameterType(), parameter.getContainingClass());
        var whole = PayloadReader.of(type, decoding.mapper());
        PayloadReader reader = door == Door.OUTBOX ? value -> whole.read(EntryDocument.arguments(value)) : whole;
        var validation = decoding.validation(parameter, where, problems);
        return context -> {
            Object payload = decode(context, reader, nullable);
            if (payload != null) {
                validation.check(payload);
            }
            return optional ? Optional.ofNullable(payload) : payload;
        };
    }

    private static @Nullable Object decode(EventContext context, PayloadReader reader, boolean nullable)
            throws Exception {
        byte[] value = context.event().value();
        Object payload = value == null ? null : reader.read(value);
        if (payload == null && !nullable) {
            throw new MissingArgumentException(
                    "There is no payload (a tombstone, or a job without one); if that may be, make the payload"
                            + " parameter @Nullable or an Optional, or let the registration accept it");
        }
        return payload;
    }

    private @Nullable String resolve(String text, String where) {
        try {
            return environment.resolveRequiredPlaceholders(text);
        } catch (IllegalArgumentException e) {
            problems.add(where, "\"" + text + "\": " + e.getMessage(), "Set that property, or give it a default");
            return null;
        }
    }
}
