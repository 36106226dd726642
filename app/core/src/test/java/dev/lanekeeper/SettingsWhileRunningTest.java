package dev.lanekeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.KafkaEventHandler;
import dev.lanekeeper.handler.RegisteredHandlers;
import dev.lanekeeper.intake.kafka.IntakeListener;
import dev.lanekeeper.intake.kafka.PauseReason;
import dev.lanekeeper.latency.LatencyReporter;
import dev.lanekeeper.latency.LatencySearch;
import dev.lanekeeper.latency.Stage;
import dev.lanekeeper.operations.BulkOperations;
import dev.lanekeeper.operations.HandlerOperations;
import dev.lanekeeper.operations.Operator;
import dev.lanekeeper.operations.SettingOperations;
import dev.lanekeeper.setting.LiveSettings;
import dev.lanekeeper.setting.SettingName;
import dev.lanekeeper.testkit.KafkaBroker;
import dev.lanekeeper.testkit.PostgresDatabase;
import dev.lanekeeper.testkit.PostgresServer;
import dev.lanekeeper.work.BulkVerb;
import dev.lanekeeper.work.ConservationSearch;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.FailureFilter;
import dev.lanekeeper.work.StoredBatch;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Two instances of one application: what is set at the first one counts where the other one stores. */
class SettingsWhileRunningTest {

    private static final Operator ANNA = new Operator("anna", null);
    private static final String TOPIC = "tuned";
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration SOON = Duration.ofSeconds(4);

    @Test
    void settingsOfTheIntakeCountOnAnotherInstanceWithinSeconds() {
        var broker = KafkaBroker.shared();
        broker.createTopic(TOPIC, 1);
        var database = PostgresServer.shared().createDatabase("tuned");
        try (var storing = start(broker, database, "intake,workers");
                var asked = start(broker, database, "workers");
                var producer = producer(broker)) {
            var flushes = storing.getBean(Flushes.class);
            var settings = asked.getBean(SettingOperations.class);

            settings.set(ANNA, TOPIC, SettingName.FLUSH_SIZE, "7");
            settings.set(ANNA, TOPIC, SettingName.FLUSH_INTERVAL, "1s");
            await().atMost(SOON).until(() -> counting(storing).equals("7 1s unlimited"));
            produce(producer, 70);
            await().atMost(PATIENCE).until(() -> flushes.stored() == 70);
            assertThat(flushes.sizes).containsOnly(7);

            asked.getBean(HandlerOperations.class).pauseIntake(TOPIC, ANNA);
            await().atMost(SOON).until(() -> flushes.paused.size() == 1);
            produce(producer, 1);
            await().during(Duration.ofMillis(1_500)).atMost(PATIENCE).until(() -> flushes.stored() == 70);

            settings.set(ANNA, TOPIC, SettingName.FLUSH_INTERVAL, "off");
            asked.getBean(HandlerOperations.class).resumeIntake(TOPIC, ANNA);
            await().during(Duration.ofMillis(2_500)).atMost(PATIENCE).until(() -> flushes.stored() == 70);
            settings.reset(ANNA, TOPIC, SettingName.FLUSH_INTERVAL);
            await().atMost(SOON).until(() -> flushes.stored() == 71);

            measuredEveryStage(storing, asked);
            discardsInTheBackground(storing, asked, producer);
            assertThat(new ConservationSearch(asked.getBean(Database.class)).faults())
                    .isEmpty();
        }
    }

    private static void discardsInTheBackground(
            ConfigurableApplicationContext storing,
            ConfigurableApplicationContext asked,
            KafkaProducer<String, String> producer) {
        asked.getBean(SettingOperations.class).set(ANNA, TOPIC, SettingName.MAX_RETRIES, "0");
        await().atMost(SOON)
                .until(() -> counting(asked).endsWith(" 0") && counting(storing).endsWith(" 0"));
        for (var number = 0; number < 5; number++) {
            var unused = producer.send(new ProducerRecord<>(TOPIC, "k" + number, "bad"));
        }
        asked.getBean(SettingOperations.class).reset(ANNA, TOPIC, SettingName.FLUSH_SIZE);
        var database = asked.getBean(Database.class);
        await().atMost(PATIENCE).until(() -> failures(database) == 5);

        var bulks = asked.getBean(BulkOperations.class);
        var id = bulks.start(ANNA, BulkVerb.DISCARD, FailureFilter.ALL, "bad");
        await().atMost(PATIENCE).until(() -> bulks.progress(id).orElseThrow().isFinished());
        assertThat(bulks.progress(id).orElseThrow().counts().done()).isEqualTo(5);
        assertThat(failures(database)).isZero();
    }

    private static long failures(Database database) {
        return database.sql("SELECT count(*) FROM lanekeeper.outcome WHERE state = 2")
                .query(Long.class)
                .single();
    }

    /** What counts on an instance at this moment. */
    private static String counting(ConfigurableApplicationContext instance) {
        var number =
                instance.getBean(RegisteredHandlers.class).numbers().iterator().next();
        var values = instance.getBean(LiveSettings.class).of(number);
        return values.text(SettingName.FLUSH_SIZE) + " " + values.text(SettingName.FLUSH_INTERVAL) + " "
                + values.text(SettingName.MAX_RETRIES);
    }

    private static void measuredEveryStage(
            ConfigurableApplicationContext storing, ConfigurableApplicationContext asked) {
        var latencies = asked.getBean(LatencySearch.class);
        await().atMost(PATIENCE).untilAsserted(() -> {
            storing.getBean(LatencyReporter.class).write();
            asked.getBean(LatencyReporter.class).write();
            assertThat(latencies.now()).hasSize(Stage.values().length).allSatisfy(l -> {
                assertThat(l.handler()).isEqualTo(TOPIC);
                assertThat(l.events()).isEqualTo(71);
                assertThat(l.min()).isLessThanOrEqualTo(l.p50());
                assertThat(l.p50()).isLessThanOrEqualTo(l.p95());
                assertThat(l.p99()).isLessThanOrEqualTo(l.max());
            });
        });
    }

    private static ConfigurableApplicationContext start(KafkaBroker broker, PostgresDatabase database, String roles) {
        return new SpringApplicationBuilder(Application.class)
                .properties(Map.of(
                        "spring.datasource.url",
                        database.jdbcUrl(),
                        "spring.datasource.username",
                        database.username(),
                        "spring.datasource.hikari.maximum-pool-size",
                        "12",
                        "spring.kafka.bootstrap-servers",
                        broker.bootstrapServers(),
                        "lanekeeper.roles",
                        roles,
                        "spring.main.banner-mode",
                        "off",
                        "spring.main.web-application-type",
                        "none"))
                .run();
    }

    private static KafkaProducer<String, String> producer(KafkaBroker broker) {
        Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrapServers());
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    private static void produce(KafkaProducer<String, String> producer, int records) {
        for (var number = 0; number < records; number++) {
            var unused = producer.send(new ProducerRecord<>(TOPIC, "k" + number, "{}"));
        }
        producer.flush();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({Handler.class, Flushes.class})
    static class Application {}

    static class Handler {

        @KafkaEventHandler(id = TOPIC, topics = TOPIC)
        void on(String payload, EventContext event) {
            if (payload.equals("bad")) {
                throw new IllegalStateException(payload);
            }
        }
    }

    static class Flushes implements IntakeListener {

        final List<Integer> sizes = new CopyOnWriteArrayList<>();
        final List<String> paused = new CopyOnWriteArrayList<>();

        @Override
        public void flushed(String handlerId, StoredBatch batch, Duration duration) {
            sizes.add(batch.stored());
        }

        @Override
        public void paused(String handlerId, PauseReason reason) {
            paused.add(reason.name());
        }

        int stored() {
            return sizes.stream().mapToInt(Integer::intValue).sum();
        }
    }
}
