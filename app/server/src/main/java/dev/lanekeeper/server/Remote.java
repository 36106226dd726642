package dev.lanekeeper.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The JSON API of an instance that runs somewhere, asked with name and password. */
final class Remote {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    private final String address;
    private final @Nullable String credentials;

    /** @param address of the console, without a slash at its end */
    private Remote(String address, @Nullable String credentials) {
        this.address = address;
        this.credentials = credentials;
    }

    /** As the environment says: a password among the arguments could be read by everybody on the machine. */
    static Remote of(Map<String, String> environment) {
        var address = environment.getOrDefault("LANEKEEPER_URL", "http://localhost:8080/lanekeeper");
        var user = environment.get("LANEKEEPER_USER");
        return new Remote(
                address.endsWith("/") ? address.substring(0, address.length() - 1) : address,
                user == null ? null : "Basic " + Base64.getEncoder().encodeToString(user.getBytes(UTF_8)));
    }

    /**
     * What came back.
     *
     * @param body {@code null} where it was no JSON
     */
    record Answer(int status, @Nullable JsonNode body) {

        boolean isGood() {
            return status < 300;
        }
    }

    /** Nobody answered, or could be asked. */
    static final class AwayException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        AwayException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    Answer get(String path) {
        return send(request(path).GET());
    }

    Answer post(String path, JsonNode body) {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(MAPPER.writeValueAsBytes(body))));
    }

    private HttpRequest.Builder request(String path) {
        try {
            var request = HttpRequest.newBuilder(URI.create(address + path)).timeout(PATIENCE);
            return credentials == null ? request : request.header("Authorization", credentials);
        } catch (IllegalArgumentException e) {
            throw new AwayException("LANEKEEPER_URL is no address: " + e.getMessage(), e);
        }
    }

    private Answer send(HttpRequest.Builder request) {
        var built = request.build();
        try {
            var response = client.send(built, BodyHandlers.ofString(UTF_8));
            return new Answer(response.statusCode(), json(response.body()));
        } catch (IOException e) {
            throw new AwayException(
                    "Nobody answers at " + built.uri() + " (" + e + "); is LANEKEEPER_URL right, and does it run?", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AwayException("Interrupted before " + built.uri() + " answered", e);
        }
    }

    private static @Nullable JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JacksonException e) {
            return null;
        }
    }

    /** As a part of a path or a query. */
    static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }
}
