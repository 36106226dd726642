package dev.lanekeeper.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.StartedApplication;
import dev.lanekeeper.api.outbox.Outbox;
import dev.lanekeeper.api.outbox.OutboxMessage;
import dev.lanekeeper.testkit.KafkaBroker;
import dev.lanekeeper.testkit.PostgresServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class KafkaRelayTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static final int KEYS = 4;
    private static final int ENTRIES = 80;

    @Test
    void producesEntriesWithATopicInTheOrderOfTheirKeysAndIsDoneWhenTheBrokerHasThem() {
        var broker = KafkaBroker.shared();
        broker.createTopic("relayed", 3);
        try (var application = start(broker)) {
            publish(application);

            var records = consume(broker);

            assertThat(records).hasSize(ENTRIES);
            for (var key = 0; key < KEYS; key++) {
                var ofKey = "k" + key;
                assertThat(records.stream().filter(r -> r.key().equals(ofKey)).map(ConsumerRecord::value))
                        .containsExactlyElementsOf(expected(key));
            }
            assertThat(records)
                    .allSatisfy(r -> assertThat(text(r, "traceparent")).isEqualTo(TRACE))
                    .extracting(r -> text(r, KafkaRelay.ENTRY_HEADER))
                    .doesNotHaveDuplicates();
            await().atMost(PATIENCE).until(() -> done(application) == ENTRIES);
        }
    }

    @Test
    void restsOnWhatNoSettingTakesAway() {
        var settings = RelayConfiguration.settings(
                Map.of("acks", "1", "enable.idempotence", "false", "max.in.flight.requests.per.connection", "9"));

        assertThat(settings)
                .containsEntry(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true)
                .containsEntry(ProducerConfig.ACKS_CONFIG, "all")
                .doesNotContainKey(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION);
    }

    private static List<String> expected(int key) {
        return IntStream.range(0, ENTRIES)
                .filter(number -> number % KEYS == key)
                .mapToObj(number -> "{\"number\":" + number + "}")
                .toList();
    }

    private static void publish(ConfigurableApplicationContext application) {
        var outbox = application.getBean(Outbox.class);
        var transactions = new TransactionTemplate(application.getBean(PlatformTransactionManager.class));
        for (var number = 0; number < ENTRIES; number++) {
            var message = OutboxMessage.of("shop", "changed")
                    .withArguments(Map.of("number", number))
                    .withCausalityKey("k" + number % KEYS)
                    .withHeader("traceparent", TRACE)
                    .withTopic("relayed");
            transactions.executeWithoutResult(status -> outbox.publish(message));
        }
    }

    private static List<ConsumerRecord<String, String>> consume(KafkaBroker broker) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", broker.bootstrapServers(), "group.id", "reader", "auto.offset.reset", "earliest");
        var records = new ArrayList<ConsumerRecord<String, String>>();
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of("relayed"));
            await().atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
                return records.size() >= ENTRIES;
            });
        }
        return records;
    }

    private static String text(ConsumerRecord<?, ?> record, String header) {
        return new String(record.headers().lastHeader(header).value(), StandardCharsets.UTF_8);
    }

    private static long done(ConfigurableApplicationContext application) {
        return application
                .getBean(JdbcClient.class)
                .sql("SELECT count(*) FROM lanekeeper.outbox_history WHERE handler = 'outbox-relay' AND state = 'done'")
                .query(Long.class)
                .single();
    }

    private static ConfigurableApplicationContext start(KafkaBroker broker) {
        var database = PostgresServer.shared().createDatabase("relay");
        return StartedApplication.of(
                Application.class,
                database,
                "spring.kafka.bootstrap-servers=" + broker.bootstrapServers(),
                "lanekeeper.outbox.relay=true");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
