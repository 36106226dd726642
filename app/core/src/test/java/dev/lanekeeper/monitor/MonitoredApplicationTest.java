package dev.lanekeeper.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.KafkaEventHandler;
import dev.lanekeeper.api.event.HandlerEvent;
import dev.lanekeeper.api.event.IntakeEvent;
import dev.lanekeeper.api.event.ItemEvent;
import dev.lanekeeper.api.event.LanekeeperEvent;
import dev.lanekeeper.api.event.NodeEvent;
import dev.lanekeeper.api.event.PartitionEvent;
import dev.lanekeeper.api.job.Jobs;
import dev.lanekeeper.api.job.LaneJob;
import dev.lanekeeper.api.outbox.Outbox;
import dev.lanekeeper.api.outbox.OutboxEventHandler;
import dev.lanekeeper.operations.ItemOperations;
import dev.lanekeeper.operations.Operator;
import dev.lanekeeper.testkit.KafkaBroker;
import dev.lanekeeper.testkit.PostgresServer;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class MonitoredApplicationTest {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int EVENTS = 20;

    @Test
    void tellsMeasuresAndJudgesWhatARealApplicationDoes() {
        var broker = KafkaBroker.shared();
        broker.createTopic("monitored", 1);
        produce(broker);
        Listener listener;
        try (var application = start(broker)) {
            listener = application.getBean(Listener.class);
            var registry = application.getBean(MeterRegistry.class);

            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(listener.of(ItemEvent.Consumed.class)).hasSize(EVENTS));
            assertThat(listener.of(IntakeEvent.Stored.class).stream()
                            .mapToInt(IntakeEvent.Stored::stored)
                            .sum())
                    .isEqualTo(EVENTS);
            await().atMost(PATIENCE).until(() -> gauge(registry, "lanekeeper.intake.lag") == 0);
            await().atMost(PATIENCE).until(() -> gauge(registry, "lanekeeper.items.waiting") == 0);
            assertThat(gauge(registry, "lanekeeper.intake.state", "state", "running"))
                    .isEqualTo(1);
            assertThat(registry.get("lanekeeper.events.acknowledged").counter().count())
                    .isEqualTo(EVENTS);
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(listener.of(NodeEvent.Heartbeat.class)).isNotEmpty());
            countsWhatWaitsForHandlersWithoutAnIntake(application, registry);
            assertThat(intakeHealth(application)).isEqualTo(Status.UP);
            assertThat(application.getBean(ReadinessHealth.class).health().getStatus())
                    .isEqualTo(Status.UP);
            assertThat(application.getBeansOfType(HealthIndicator.class).values())
                    .filteredOn(i -> i instanceof NodeHealth && !(i instanceof MoversHealth))
                    .hasSize(5) // workers, lanes, locks, database, liveness
                    .allSatisfy(indicator ->
                            assertThat(indicator.health().getStatus()).isEqualTo(Status.UP));
        }
        assertThat(listener.whenStopping)
                .as("readiness, and then the intake, at the beginning of the stop")
                .containsExactly(Status.OUT_OF_SERVICE, Status.UP);
        assertThat(listener.events)
                .filteredOn(event -> !(event instanceof HandlerEvent handler) || isMonitored(handler))
                .startsWith(new HandlerEvent.Started("monitored"), new IntakeEvent.Started("monitored", "monitored"))
                .hasAtLeastOneElementOfType(NodeEvent.Started.class)
                .hasAtLeastOneElementOfType(PartitionEvent.Assigned.class)
                .endsWith(
                        new IntakeEvent.Stopped("monitored", "monitored", true),
                        new NodeEvent.Stopped(true),
                        new HandlerEvent.Stopped("monitored"));
    }

    private static boolean isMonitored(HandlerEvent event) {
        return event.equals(new HandlerEvent.Started("monitored"))
                || event.equals(new HandlerEvent.Stopped("monitored"));
    }

    private static void countsWhatWaitsForHandlersWithoutAnIntake(
            ConfigurableApplicationContext application, MeterRegistry registry) {
        var outbox = application.getBean(Outbox.class);
        var transactions = new TransactionTemplate(application.getBean(PlatformTransactionManager.class));
        transactions.executeWithoutResult(status -> outbox.publish("monitored", "happened", Map.of(), "key"));
        application.getBean(Jobs.class).enqueue("job", null);
        application.getBean(Jobs.class).enqueue("job", null);

        await().atMost(PATIENCE).until(() -> waiting(registry, "entry") == 1 && waiting(registry, "job") == 2);
        Handler.healed = true;
        assertThat(application
                        .getBean(JdbcClient.class)
                        .sql("SELECT item_id FROM lanekeeper.lane_item")
                        .query(Long.class)
                        .list())
                .hasSize(3)
                .allSatisfy(item ->
                        application.getBean(ItemOperations.class).retry(item, new Operator("anna", "it is healed")));
        await().atMost(PATIENCE).until(() -> waiting(registry, "entry") == 0 && waiting(registry, "job") == 0);
    }

    private static double waiting(MeterRegistry registry, String handler) {
        return registry.get("lanekeeper.items.waiting")
                .tag("handler", handler)
                .gauge()
                .value();
    }

    private static Status intakeHealth(ConfigurableApplicationContext application) {
        var intakes = application.getBean(CompositeHealthContributor.class);
        return ((HealthIndicator) intakes.getContributor("monitored")).health().getStatus();
    }

    private static ConfigurableApplicationContext start(KafkaBroker broker) {
        var database = PostgresServer.shared().createDatabase("monitored");
        return new SpringApplicationBuilder(Application.class)
                .properties(Map.of(
                        "spring.datasource.url",
                        database.jdbcUrl(),
                        "spring.datasource.username",
                        database.username(),
                        "spring.datasource.hikari.maximum-pool-size",
                        "16",
                        "spring.kafka.bootstrap-servers",
                        broker.bootstrapServers(),
                        "spring.main.banner-mode",
                        "off",
                        "spring.main.web-application-type",
                        "none"))
                .run();
    }

    private static void produce(KafkaBroker broker) {
        Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrapServers());
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            for (var number = 0; number < EVENTS; number++) {
                var unused = producer.send(new ProducerRecord<>("monitored", "k" + number, "{}"));
            }
        }
    }

    private static double gauge(MeterRegistry registry, String name, String... tags) {
        return registry.get(name).tag("handler", "monitored").tags(tags).gauge().value();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({Handler.class, Listener.class})
    static class Application {}

    static class Handler {

        static volatile boolean healed;

        @KafkaEventHandler(id = "monitored", topics = "monitored")
        void on(String payload, EventContext event) {}

        @OutboxEventHandler(id = "entry", context = "monitored", backoffMin = "1h", backoffMax = "1h")
        void entry() {
            healed();
        }

        @LaneJob(id = "job", backoffMin = "1h")
        void job() {
            healed();
        }

        private static void healed() {
            if (!healed) {
                throw new IllegalStateException("not healed yet");
            }
        }
    }

    static class Listener {

        final List<LanekeeperEvent> events = new CopyOnWriteArrayList<>();
        final List<Status> whenStopping = new CopyOnWriteArrayList<>();

        @Autowired
        ConfigurableApplicationContext context;

        @EventListener
        void on(LanekeeperEvent event) {
            events.add(event);
            if (event instanceof NodeEvent.Stopping) {
                whenStopping.add(context.getBean(ReadinessHealth.class).health().getStatus());
                whenStopping.add(intakeHealth(context));
            }
        }

        <T> List<T> of(Class<T> kind) {
            return events.stream().filter(kind::isInstance).map(kind::cast).toList();
        }
    }
}
