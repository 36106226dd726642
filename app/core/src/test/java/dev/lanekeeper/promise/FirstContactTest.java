package dev.lanekeeper.promise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.testkit.KafkaBroker;
import dev.lanekeeper.testkit.PostgresServer;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.jdbc.core.simple.JdbcClient;

class FirstContactTest {

    @Test
    void handlesEveryRecordOfATopicInTheOrderOfItsResource() {
        var broker = KafkaBroker.shared();
        broker.createTopic("first-contact", 3);
        var database = PostgresServer.shared().createDatabase("first_contact");
        var jdbc = JdbcClient.create(database.dataSource());
        Oracle.createTable(jdbc);
        produce(broker, "first-contact", 2_000, 20);

        try (var application = new SpringApplicationBuilder(EffectsApplication.class)
                .properties(Map.of(
                        "topic",
                        "first-contact",
                        "spring.datasource.url",
                        database.jdbcUrl(),
                        "spring.datasource.username",
                        database.username(),
                        "spring.datasource.hikari.maximum-pool-size",
                        "16",
                        "spring.kafka.bootstrap-servers",
                        broker.bootstrapServers(),
                        "spring.main.web-application-type",
                        "none"))
                .run()) {
            await().atMost(Duration.ofMinutes(4))
                    .until(() -> jdbc.sql("SELECT count(*) FROM effect")
                                    .query(Long.class)
                                    .single()
                            >= 4_000);
        }

        assertThat(jdbc.sql("SELECT count(*) FROM effect").query(Long.class).single())
                .isEqualTo(4_000);
        assertThat(jdbc.sql("""
                                SELECT count(*)
                                  FROM (SELECT number, lag(number) OVER (PARTITION BY handler, resource ORDER BY id) AS before
                                          FROM effect) AS e
                                 WHERE before >= number
                                """).query(Long.class).single()).isZero();
        assertThat(jdbc.sql("SELECT count(*) FROM lanekeeper.node")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    private static void produce(KafkaBroker broker, String topic, int events, int resources) {
        Map<String, Object> settings = Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers());
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            for (var number = 0; number < events; number++) {
                var resource = "r" + number % resources;
                var value = "{\"resource\":\"%s\",\"number\":%d}".formatted(resource, number);
                var unused = producer.send(new ProducerRecord<>(topic, resource, value));
            }
        }
    }
}
