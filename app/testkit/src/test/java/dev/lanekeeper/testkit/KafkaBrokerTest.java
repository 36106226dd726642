package dev.lanekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class KafkaBrokerTest {

    private final KafkaBroker broker = KafkaBroker.shared();

    @Test
    void createsAndDeletesTopics() throws Exception {
        broker.createTopic("short-lived", 3, Map.of("retention.ms", "1234"));

        try (var admin = broker.admin()) {
            var resource = new ConfigResource(ConfigResource.Type.TOPIC, "short-lived");
            var config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
            assertThat(config.get("retention.ms").value()).isEqualTo("1234");

            broker.deleteTopic("short-lived");
            assertThat(admin.listTopics().names().get()).doesNotContain("short-lived");
        }
    }

    @Test
    void keepsPortAndRecordsWhenItIsKilled() throws Exception {
        broker.createTopic("killed", 1);
        send("killed", "before");
        var pid = broker.pid();

        broker.kill9();
        broker.start();

        assertThat(broker.pid()).isNotEqualTo(pid);
        send("killed", "after");
        assertThat(records("killed", 2)).containsExactly("before", "after");
    }

    @Test
    void keepsPortAndRecordsOverARestart() throws Exception {
        broker.createTopic("restarted", 1);
        send("restarted", "before");

        broker.restart();

        assertThat(records("restarted", 1)).containsExactly("before");
    }

    @Test
    void answersNothingWhileItIsFrozen() throws Exception {
        try (var admin = broker.admin()) {
            admin.listTopics().names().get();

            broker.freeze();
            try {
                var names = admin.listTopics().names();
                assertThatThrownBy(() -> names.get(300, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            } finally {
                broker.thaw();
            }

            assertThat(admin.listTopics().names().get(30, TimeUnit.SECONDS)).isNotNull();
        }
    }

    private void send(String topic, String value) throws Exception {
        var settings = Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers());
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(topic, value)).get(30, TimeUnit.SECONDS);
        }
    }

    private List<String> records(String topic, int count) {
        var settings =
                Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers(), "auto.offset.reset", "earliest");
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(new TopicPartition(topic, 0)));
            var values = new ArrayList<String>();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (values.size() < count && System.nanoTime() < end) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
            }
            return values;
        }
    }
}
