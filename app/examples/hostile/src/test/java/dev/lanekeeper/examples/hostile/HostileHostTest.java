package dev.lanekeeper.examples.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.testkit.KafkaBroker;
import dev.lanekeeper.testkit.Ports;
import dev.lanekeeper.testkit.PostgresDatabase;
import dev.lanekeeper.testkit.PostgresServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jobrunr.scheduling.JobScheduler;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.Banner;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

class HostileHostTest {

    private static final KafkaBroker BROKER = KafkaBroker.shared();
    private static final PostgresDatabase SHOP = PostgresServer.shared().createDatabase("shop");
    private static final PostgresDatabase ARCHIVE = PostgresServer.shared().createDatabase("archive");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int DASHBOARD = Ports.free();

    private static ConfigurableApplicationContext application;

    @BeforeAll
    static void start() {
        BROKER.createTopic("shipments", 2);
        application = run();
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    private static ConfigurableApplicationContext run(String... more) {
        var words = Stream.of(
                "--spring.datasource.url=" + SHOP.jdbcUrl(),
                "--spring.datasource.username=" + SHOP.username(),
                "--archive.jdbc-url=" + ARCHIVE.jdbcUrl(),
                "--archive.username=" + ARCHIVE.username(),
                "--spring.kafka.bootstrap-servers=" + BROKER.bootstrapServers(),
                "--server.address=127.0.0.1",
                "--server.port=0",
                "--jobrunr.dashboard.port=" + DASHBOARD,
                "--jobrunr.background-job-server.poll-interval-in-seconds=5");
        return new SpringApplicationBuilder(HostileApplication.class)
                .bannerMode(Banner.Mode.OFF)
                .run(Stream.concat(words, Stream.of(more)).toArray(String[]::new));
    }

    @Test
    void aTransactionalHandlerKeepsWhatItWroteByJpaOnlyWhenItSucceeds() throws Exception {
        produce("{\"orderId\":\"1\",\"lost\":false}", "{\"orderId\":\"2\",\"lost\":true}");

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(text(SHOP, """
                        SELECT string_agg(state::text, ' ' ORDER BY state) FROM lanekeeper.outcome
                        """)).isEqualTo("1 2"));
        assertThat(text(SHOP, "SELECT string_agg(order_id, ' ') FROM shipment")).isEqualTo("1");
    }

    @Test
    void itsOwnJobRunrRunsItsOwnJobsInItsOwnTables() throws Exception {
        application.getBean(JobScheduler.class).<Shipments>enqueue(each -> each.count());

        await().atMost(PATIENCE)
                .until(() -> application.getBean(Shipments.class).counted() >= 0);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(text(SHOP, "SELECT min(state) || count(*) FROM public.jobrunr_jobs"))
                        .isEqualTo("SUCCEEDED1"));
        assertThat(status(URI.create("http://127.0.0.1:" + DASHBOARD + "/dashboard"), ""))
                .isEqualTo(200);
    }

    @Test
    void itsOwnMigrationsAreItsOwn() {
        assertThat(text(SHOP, """
                SELECT string_agg(script, ' ') FROM public.flyway_schema_history WHERE type = 'SQL'
                """)).isEqualTo("V1__shipments.sql");
        assertThat(text(ARCHIVE, "SELECT count(*)::text FROM pg_tables WHERE schemaname IN ('public', 'lanekeeper')"))
                .isEqualTo("0");
    }

    @Test
    void theConsoleLivesInItsSecurity() throws Exception {
        assertThat(status(page("/hello"), "")).isEqualTo(200);
        assertThat(status(page("/lanekeeper"), "")).isEqualTo(401);
        assertThat(status(page("/lanekeeper"), "clerk")).isEqualTo(403);
        assertThat(status(page("/lanekeeper"), "viewer")).isEqualTo(200);
        assertThat(status(page("/lanekeeper/sign-in"), "viewer")).isEqualTo(404);
    }

    @Test
    void hasAllTheBeansThatItWouldHaveWithoutLanekeeper() {
        var with = beans(application);
        Map<String, String> without;
        try (var alone = run(
                "--spring.autoconfigure.exclude=dev.lanekeeper.LanekeeperAutoConfiguration,"
                        + "dev.lanekeeper.console.ConsoleAutoConfiguration",
                "--lanekeeper.console.enabled=false",
                "--jobrunr.dashboard.enabled=false",
                "--jobrunr.background-job-server.enabled=false")) {
            without = beans(alone);
        }

        assertThat(without).containsKeys("entityManagerFactory", "transactionManager", "flyway", "jobScheduler");
        assertThat(without.keySet()).noneMatch(name -> name.startsWith("lanekeeper"));
        assertThat(with).containsAllEntriesOf(without);
        assertThat(application.getBeansOfType(DataSource.class)).containsOnlyKeys("shop", "archive");
    }

    /** By name, with their types; the names of this application's lambdas and proxies differ from start to start. */
    private static Map<String, String> beans(ConfigurableApplicationContext context) {
        var beans = new TreeMap<String, String>();
        for (var name : context.getBeanDefinitionNames()) {
            var type = context.getType(name, false);
            beans.put(name, type == null ? "none" : type.getName().replaceAll("[$][$].*|Proxy[0-9]+", ""));
        }
        return beans;
    }

    private static void produce(String... values) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", BROKER.bootstrapServers());
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            for (var value : values) {
                producer.send(new ProducerRecord<>("shipments", value)).get();
            }
        }
    }

    private static String text(PostgresDatabase database, String query) {
        return JdbcClient.create(database.dataSource())
                .sql("SELECT coalesce((" + query + ")::text, '')")
                .query(String.class)
                .single();
    }

    private static URI page(String path) {
        var port = ((WebServerApplicationContext) application).getWebServer().getPort();
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private static int status(URI address, String user) throws Exception {
        var request = HttpRequest.newBuilder(address).timeout(PATIENCE);
        if (!user.isEmpty()) {
            var credentials = (user + ":secret").getBytes(StandardCharsets.UTF_8);
            request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials));
        }
        return HttpClient.newHttpClient()
                .send(request.build(), BodyHandlers.discarding())
                .statusCode();
    }
}
