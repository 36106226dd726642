package dev.lanekeeper.examples.friendly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.testkit.KafkaBroker;
import dev.lanekeeper.testkit.PostgresDatabase;
import dev.lanekeeper.testkit.PostgresServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

class FriendlyHostTest {

    private static final KafkaBroker BROKER = KafkaBroker.shared();
    private static final PostgresDatabase DATABASE = PostgresServer.shared().createDatabase("friendly");

    private static ConfigurableApplicationContext application;

    @BeforeAll
    static void start() {
        BROKER.createTopic("greetings", 2);
        application = new SpringApplicationBuilder(FriendlyApplication.class)
                .run(
                        "--spring.datasource.url=" + DATABASE.jdbcUrl(),
                        "--spring.datasource.username=" + DATABASE.username(),
                        "--spring.kafka.bootstrap-servers=" + BROKER.bootstrapServers(),
                        "--server.address=127.0.0.1",
                        "--server.port=0",
                        "--spring.main.banner-mode=off",
                        "--lanekeeper.console.users.ada.password=secret",
                        "--lanekeeper.console.users.ada.role=operator");
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @Test
    void handlesWhatItsTopicBrings() throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", BROKER.bootstrapServers());
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>("greetings", "{\"person\":\"ada\",\"text\":\"hello\"}"))
                    .get();
            producer.send(new ProducerRecord<>("greetings", "{\"person\":\"ada\",\"text\":\" \"}"))
                    .get();
        }

        var states = JdbcClient.create(DATABASE.dataSource())
                .sql("SELECT coalesce(string_agg(state::text, ' ' ORDER BY state), '') FROM lanekeeper.outcome")
                .query(String.class);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(states.single()).isEqualTo("1 3"));
    }

    @Test
    void theConsoleAsksForNameAndPassword() throws Exception {
        var answer = get("/lanekeeper");

        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.headers().firstValue("Location").orElseThrow()).endsWith("/lanekeeper/sign-in");
        assertThat(get("/lanekeeper/sign-in").body()).contains("Lanekeeper", "password");
    }

    private static HttpResponse<String> get(String path) throws Exception {
        var port = ((WebServerApplicationContext) application).getWebServer().getPort();
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    }
}
