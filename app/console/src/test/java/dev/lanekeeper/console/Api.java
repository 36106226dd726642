package dev.lanekeeper.console;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The JSON API of the tests' site, as a program uses it that signs in with each request. */
final class Api {

    static final String OPERATOR = "ada";
    static final String VIEWER = "vera";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient client = HttpClient.newHttpClient();
    private final Site site;

    Api(Site site) {
        this.site = site;
    }

    record Answer(int status, HttpResponse<String> response) {

        JsonNode json() {
            return JsonMapper.shared().readTree(response.body());
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse(null);
        }
    }

    Answer get(String path) {
        return send("GET", path, null, OPERATOR);
    }

    Answer post(String path, String json) {
        return send("POST", path, json, OPERATOR);
    }

    /** @param user {@code null} for nobody */
    Answer send(String method, String path, String json, String user) {
        var request = HttpRequest.newBuilder(URI.create(path.startsWith("http") ? path : site.address(path)))
                .timeout(PATIENCE)
                .method(method, json == null ? BodyPublishers.noBody() : BodyPublishers.ofString(json));
        if (json != null) {
            request.header("Content-Type", "application/json");
        }
        if (user != null) {
            var pair = (user + ":" + Site.PASSWORD).getBytes(StandardCharsets.UTF_8);
            request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair));
        }
        try {
            var response = client.send(request.build(), BodyHandlers.ofString());
            return new Answer(response.statusCode(), response);
        } catch (IOException e) {
            throw new IllegalStateException(method + " " + path + " was not answered", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Produces an event for {@code orders} with this wish, waits until it is in that state, and tells its id. */
    long event(String wish, String resource, String state) {
        return event("orders", wish, resource, state);
    }

    long event(String handler, String wish, String resource, String state) {
        site.produce(handler, resource, "{\"resource\":\"" + resource + "\",\"wish\":\"" + wish + "\"}");
        return await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .until(
                        () -> get("/v1/events?state=" + state + "&resource=" + resource)
                                .json(),
                        found -> !found.isEmpty())
                .get(0)
                .get("id")
                .asLong();
    }

    long failure(String wish, String resource) {
        return event(wish, resource, "FAILED");
    }

    /** A resource that no other test uses. */
    static String anyResource() {
        return "r" + UUID.randomUUID().toString().substring(0, 8);
    }
}
