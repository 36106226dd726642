package dev.lanekeeper.console.v1;

import dev.lanekeeper.operations.Operator;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who asks for a change, why, and how long he waits for what comes of it.
 *
 * @param by with the reason, which is that of the body or of the parameter
 * @param parameters of which the caller reads those that it has named
 */
record Asked(Operator by, Duration patience, Parameters parameters) {

    private static final int LONGEST_WAIT = 30;

    private record Body(@Nullable String reason) {}

    /** @param besides the names of parameters that the caller reads */
    static Asked of(HttpServletRequest request, byte @Nullable [] body, String... besides) {
        var known = Stream.concat(Stream.of("reason", "wait"), Stream.of(besides));
        var parameters = Parameters.of(request, known.toArray(String[]::new));
        var inBody = isJson(request) ? Json.read(body, Body.class).reason() : null;
        var wait = Math.min(LONGEST_WAIT, parameters.number("wait", LONGEST_WAIT, Integer.MAX_VALUE));
        return new Asked(
                new Operator(name(request), inBody == null ? parameters.text("reason") : inBody),
                Duration.ofSeconds(wait),
                parameters);
    }

    static Operator operator(HttpServletRequest request, @Nullable String reason) {
        return new Operator(name(request), reason);
    }

    private static String name(HttpServletRequest request) {
        var principal = request.getUserPrincipal();
        if (principal == null) {
            throw new IllegalStateException("A change passed the gate without anybody being signed in");
        }
        return principal.getName();
    }

    private static boolean isJson(HttpServletRequest request) {
        var type = request.getContentType();
        return type == null || type.startsWith("application/json");
    }
}
