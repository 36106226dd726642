package dev.lanekeeper.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.testkit.KafkaBroker;
import dev.lanekeeper.testkit.PostgresServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;

class KafkaAwayTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Longer than a page takes on a busy machine, shorter than Kafka's client waits. */
    private static final Duration AT_ONCE = Duration.ofMillis(2_900);

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void pagesAreShownAtOnceAndSaySo() throws Exception {
        var properties = Site.properties(PostgresServer.shared().createDatabase("kafka_away"), KafkaBroker.shared());
        properties.put("spring.kafka.bootstrap-servers", "127.0.0.1:1");
        try (var application = new SpringApplicationBuilder(ConsoleApplication.class)
                .properties(properties)
                .run()) {
            var port =
                    ((WebServerApplicationContext) application).getWebServer().getPort();
            get(port, "/assets/console.css");

            await().atMost(PATIENCE).untilAsserted(() -> {
                var started = System.nanoTime();
                var page = get(port, "");
                var took = Duration.ofNanos(System.nanoTime() - started);
                assertThat(page.statusCode()).isEqualTo(200);
                assertThat(took).isLessThan(AT_ONCE);
                assertThat(page.body()).contains("Kafka does not answer").contains("unknown");
            });
            assertThat(get(port, "/handlers/orders").body()).contains("Kafka does not tell its ends");
        }
    }

    private HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        var both = ("ada:" + Site.PASSWORD).getBytes(StandardCharsets.UTF_8);
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/lanekeeper" + path))
                .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(both))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
