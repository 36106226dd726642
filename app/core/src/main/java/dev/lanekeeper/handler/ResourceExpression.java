package dev.lanekeeper.handler;

import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.api.ResourceResolver;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code resource = "..."} may say, made into a resolver whose results are canonical (see {@link ResourceKey}).
 *
 * <p>The one place at which a resource's key becomes the text that is stored and that names the lane.
 */
final class ResourceExpression {

    private static final Pattern FIELD = Pattern.compile("[\\p{L}_$][\\p{L}\\p{N}_$-]*");
    private static final Pattern HEADER = Pattern.compile("@header\\(\\s*(\\S(?:.*\\S)?)\\s*\\)");

    private ResourceExpression() {}

    /**
     * @param beans gives the resolver bean of that name
     * @throws IllegalArgumentException with a message that says what may be written, if the expression cannot be parsed
     */
    static ResourceResolver parse(String expression, Function<String, ResourceResolver> beans) {
        if (expression.equals("@key")) {
            return event -> ResourceKey.of(event.key());
        }
        if (expression.equals("@none")) {
            return event -> null;
        }
        var header = HEADER.matcher(expression);
        if (header.matches()) {
            String name = header.group(1);
            return event -> ResourceKey.of(event.lastHeader(name));
        }
        if (expression.startsWith("bean:")) {
            return canonical(beans.apply(expression.substring("bean:".length()).trim()));
        }
        return json(expression);
    }

    /** Wraps the user's own resolver. */
    static ResourceResolver canonical(ResourceResolver resolver) {
        return event -> ResourceKey.of(resolver.resourceOf(event));
    }

    private static ResourceResolver json(String expression) {
        var value = new JsonValue(path(expression));
        return event -> ResourceKey.of(read(value, event));
    }

    private static @Nullable String read(JsonValue value, RawEvent event) {
        byte[] document = event.value();
        return document == null ? null : value.read(document);
    }

    private static List<String> path(String expression) {
        if (expression.startsWith("/")) {
            return pointer(expression);
        }
        if (FIELD.matcher(expression).matches()) {
            return List.of(expression);
        }
        throw new IllegalArgumentException("Write a JSON field (customerId), a JSON pointer (/order/customer/id), @key,"
                + " @header(name), bean:name or @none");
    }

    private static List<String> pointer(String expression) {
        List<String> path = new ArrayList<>();
        for (String step : expression.substring(1).split("/", -1)) {
            if (step.matches(".*~(?![01]).*")) {
                throw new IllegalArgumentException("In a JSON pointer, ~ is written as ~0, and / in a name as ~1");
            }
            path.add(step.replace("~1", "/").replace("~0", "~"));
        }
        return path;
    }
}
