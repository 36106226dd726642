package dev.lanekeeper.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class AccessTest {

    private static final String CHANGE = "/handlers/orders/processing/resume";

    private final Site site = Site.shared();
    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void sendsWhoeverIsNotSignedInToTheDoorAndProgramsAway() throws Exception {
        var page = send(get("/handlers"));
        assertThat(page.statusCode()).isEqualTo(302);
        assertThat(page.headers().firstValue("Location")).contains(site.address("/sign-in"));

        var refresh = send(get("/handlers").header("HX-Request", "true"));
        assertThat(refresh.statusCode()).isEqualTo(401);
        assertThat(refresh.headers().firstValue("HX-Refresh")).contains("true");

        var program = send(get("/v1/events"));
        assertThat(program.statusCode()).isEqualTo(401);
        assertThat(program.body()).contains("\"error\":true");
    }

    @Test
    void letsFilesOfItsOwnBeSeenByEverybodyAndAskedForAgainCheaply() throws Exception {
        var file = send(get("/assets/console.css"));
        assertThat(file.statusCode()).isEqualTo(200);

        var again = send(get("/assets/console.css")
                .header("If-None-Match", file.headers().firstValue("ETag").orElseThrow()));

        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(send(get("/assets/secret.txt")).statusCode()).isEqualTo(404);
    }

    @Test
    void allowsNothingInlineAndNothingFromElsewhere() throws Exception {
        var headers = send(as("vera", get(""))).headers();

        assertThat(headers.firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
    }

    @Test
    void takesNoChangeFromAnotherSiteEvenWithAPassword() throws Exception {
        assertThat(send(as("ada", post(CHANGE))).statusCode()).isEqualTo(302);
        assertThat(send(as("ada", post(CHANGE)).header("Sec-Fetch-Site", "cross-site"))
                        .statusCode())
                .isEqualTo(403);
        assertThat(send(as("ada", post(CHANGE)).header("Origin", "https://evil.example"))
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void takesNoChangeWithoutATokenAndNoneFromAViewer() throws Exception {
        var withoutToken = send(post(CHANGE));
        assertThat(withoutToken.statusCode()).isEqualTo(302);
        assertThat(withoutToken.headers().firstValue("Location").orElseThrow()).endsWith("/sign-in?expired");

        assertThat(send(as("vera", post(CHANGE))).statusCode()).isEqualTo(403);
        assertThat(send(as("vera", post("/preferences/theme?value=dark"))).statusCode())
                .isEqualTo(302);
    }

    @Test
    void looksAtNoFurtherPasswordOfWhoeverGuesses() throws Exception {
        for (var guess = 0; guess < 5; guess++) {
            assertThat(send(guessing("v1/events", guess)).statusCode()).isEqualTo(401);
        }

        var refused = send(guessing("v1/events", 5));
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After")).contains("1");
        assertThat(refused.body()).contains("\"error\":true");
        assertThat(send(as("ada", get("/v1/events"))).statusCode()).isEqualTo(200);
    }

    private HttpRequest.Builder guessing(String path, int guess) {
        var both = ("mallory:" + guess).getBytes(StandardCharsets.UTF_8);
        return get("/" + path)
                .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(both));
    }

    @Test
    void leadsNobodyAwayFromTheConsole() throws Exception {
        var answer = send(as("vera", post("/preferences/theme?value=dark&here=//evil.example")));

        assertThat(URI.create(answer.headers().firstValue("Location").orElseThrow())
                        .getHost())
                .isIn(null, "127.0.0.1");
    }

    private HttpRequest.Builder get(String path) {
        return HttpRequest.newBuilder(URI.create(site.address(path)));
    }

    private HttpRequest.Builder post(String path) {
        return get(path).POST(HttpRequest.BodyPublishers.noBody());
    }

    private static HttpRequest.Builder as(String name, HttpRequest.Builder request) {
        var both = (name + ":" + Site.PASSWORD).getBytes(StandardCharsets.UTF_8);
        return request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(both));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
