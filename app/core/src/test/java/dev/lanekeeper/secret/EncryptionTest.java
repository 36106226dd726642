package dev.lanekeeper.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.KafkaEventHandler;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.outbox.Outbox;
import dev.lanekeeper.api.outbox.OutboxEntry;
import dev.lanekeeper.api.outbox.OutboxEventHandler;
import dev.lanekeeper.api.outbox.OutboxMessage;
import dev.lanekeeper.operations.ItemAnswer;
import dev.lanekeeper.operations.ItemOperations;
import dev.lanekeeper.operations.Operator;
import dev.lanekeeper.testkit.KafkaBroker;
import dev.lanekeeper.testkit.PostgresDatabase;
import dev.lanekeeper.testkit.PostgresServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What lies in the database of an application that encrypts, and what becomes of it with other keys. */
class EncryptionTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Operator ANNA = new Operator("anna", null);
    private static final String HASHES = TestKeysets.prf();
    private static final String FIRST = TestKeysets.aead(1001);

    private static final KafkaBroker BROKER = KafkaBroker.shared();
    private static final String TOPIC = "patients-" + System.nanoTime();

    private static PostgresDatabase database;
    private static JdbcClient jdbc;
    private static @Nullable ConfigurableApplicationContext started;
    private long before;

    @BeforeAll
    static void createDatabaseAndTopics() {
        BROKER.createTopic(TOPIC, 1);
        BROKER.createTopic(TOPIC + "-open", 1);
        database = PostgresServer.shared().createDatabase("encryption");
        jdbc = JdbcClient.create(database.dataSource());
    }

    @AfterAll
    static void stop() {
        if (started != null) {
            started.close();
        }
    }

    /** With the first key; all tests use one, until one of them needs others. */
    private static ConfigurableApplicationContext application() {
        if (started == null || !started.isActive()) {
            started = start(FIRST, "intake,outbox,workers");
        }
        return started;
    }

    /** Each test looks only at what it has stored. */
    @BeforeEach
    void note() {
        var seen = application().getBean(Seen.class);
        seen.events.clear();
        seen.healed = false;
        before = jdbc.sql("SELECT coalesce(max(item_id), 0) FROM lanekeeper.work_item")
                .query(Long.class)
                .single();
    }

    @Test
    void leavesNoPlainTextAnywhereAndHandlersSeeWhatWasSent() {
        var application = application();
        var seen = application.getBean(Seen.class);
        send(TOPIC, "s3cr3t-key", "{\"id\": \"s3cr3t-id\", \"wish\": \"fail\", \"text\": \"s3cr3t-text\"}");
        send(TOPIC, "s3cr3t-key", "{\"id\": \"s3cr3t-id\", \"wish\": \"fail\", \"text\": \"s3cr3t-text\"}");
        send(TOPIC, "s3cr3t-key", "{\"id\": \"s3cr3t-id\", \"wish\": \"reject\", \"text\": \"s3cr3t-text\"}");
        send(TOPIC, "s3cr3t-key", "s3cr3t-that-is-no-json");
        send(TOPIC + "-open", "key", "{\"id\": \"open-id\", \"wish\": \"\", \"text\": \"open-text\"}");
        publish(application, "fail", "s3cr3t-argument");
        jdbc.sql("""
                        INSERT INTO lanekeeper.outbox_entry (context, event_name, causality_key, arguments, changeset)
                        VALUES ('letters', 'sent', 'k', '{"id": "s3cr3t-by-sql", "wish": "", "text": ""}',
                                '{"street": [null, "s3cr3t-street"]}')
                        """).update();

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(outcomes())
                        .containsExactlyInAnyOrder(
                                "patients failed",
                                "patients rejected",
                                "patients failed",
                                "visits done",
                                "letters failed",
                                "letters done"));
        assertThat(seen.events)
                .containsExactlyInAnyOrder(
                        "patients s3cr3t-id s3cr3t-text s3cr3t-id s3cr3t-key s3cr3t-header",
                        "patients s3cr3t-id s3cr3t-text s3cr3t-id s3cr3t-key s3cr3t-header",
                        "visits open-id open-text open-id key s3cr3t-header",
                        "letters s3cr3t-argument {street=[Values[before=null, after=s3cr3t-street]]} k",
                        "letters s3cr3t-by-sql {street=[Values[before=null, after=s3cr3t-street]]} k");
        assertThat(tablesWith("open-text")).as("what is not encrypted is found").contains("work_item");
        assertThat(tablesWith("s3cr3t-by-sql")).isEmpty();
        // The plain handler was sent the header too, and keeps it as it came.
        jdbc.sql("DELETE FROM lanekeeper.work_item WHERE topic = ?")
                .param(TOPIC + "-open")
                .update();
        assertThat(tablesWith("s3cr3t")).isEmpty();
        assertThat(jdbc.sql(
                                "SELECT count(DISTINCT (lane_id, resource)) FROM lanekeeper.work_item WHERE topic = ? AND resource LIKE '#%' AND item_id > ?")
                        .param(TOPIC)
                        .param(before)
                        .query(Integer.class)
                        .single())
                .as("the lanes of one resource")
                .isEqualTo(1);
        assertThat(jdbc.sql("SELECT DISTINCT error_class FROM lanekeeper.attempt WHERE sealed IS NOT NULL")
                        .query(String.class)
                        .list())
                .contains("java.lang.IllegalStateException");
    }

    @Test
    void leavesNoPlainTextInTheNamesOfLocksWhileOneHasThemAndAnotherWaits() throws Exception {
        var application = application();
        var seen = application.getBean(Seen.class);
        try {
            hold("s3cr3t-one");
            await().atMost(PATIENCE).until(() -> names("run_lock").size() == 3);
            hold("s3cr3t-two");
            publish(application, "", "s3cr3t-account");
            await().atMost(PATIENCE).until(() -> names("lock_waiter").size() == 5);

            assertThat(String.join(" ", names("run_lock"))).matches("account:#[0-9a-f]{32} room:#[0-9a-f]{32} ward");
            assertThat(String.join(" ", names("lock_waiter")))
                    .matches("(account:#[0-9a-f]{32}) \\1 room:#[0-9a-f]{32} room:k ward")
                    .startsWith(names("run_lock").get(0));
            assertThat(tablesWith("s3cr3t")).isEmpty();
        } finally {
            seen.leave.countDown();
        }
        await().atMost(PATIENCE).until(() -> outcomes().size() == 3);
    }

    private static void hold(String id) {
        send(TOPIC, "k", "{\"id\": \"" + id + "\", \"wish\": \"hold\", \"text\": \"s3cr3t-account\"}");
    }

    private List<String> names(String table) {
        return jdbc.sql("SELECT name FROM lanekeeper." + table + " ORDER BY name")
                .query(String.class)
                .list();
    }

    @Test
    void opensOldContentWithRotatedKeysAndNamesAKeyThatIsMissing() {
        try (var application = application()) {
            send(TOPIC, "k", "{\"id\": \"old\", \"wish\": \"fail\", \"text\": \"t\"}");
            publish(application, "fail", "old-letter");
            await().atMost(PATIENCE).until(() -> outcomes().size() == 2);
        }
        try (var application = start(TestKeysets.aead(2002), "outbox,workers")) {
            application.getBean(Seen.class).healed = true;
            retry(application);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(messages())
                            .hasSize(2)
                            .allSatisfy(m -> assertThat(m)
                                    .contains("KeyMissingException", "encrypted with key 1001", "has only 2002")));
            assertThat(application.getBean(Seen.class).events).isEmpty();
        }
        try (var application = start(TestKeysets.rotated(FIRST, 3003), "outbox,workers")) {
            application.getBean(Seen.class).healed = true;
            retry(application);
            publish(application, "", "new-letter");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(outcomes())
                            .containsExactlyInAnyOrder("patients done", "letters done", "letters done"));
            assertThat(keysOf("work_item")).containsExactly(1001L, 3003L);
        }
    }

    @Test
    void refusesContentThatWasChangedOrBelongsElsewhere() {
        var application = application();
        var seen = application.getBean(Seen.class);
        send(TOPIC, "k", "{\"id\": \"a\", \"wish\": \"fail\", \"text\": \"1\"}");
        send(TOPIC, "k", "{\"id\": \"b\", \"wish\": \"fail\", \"text\": \"2\"}");
        publish(application, "fail", "letter-1");
        publish(application, "fail", "letter-2");
        await().atMost(PATIENCE).until(() -> outcomes().size() == 4);
        seen.events.clear();
        seen.healed = true;
        jdbc.sql("""
                        UPDATE lanekeeper.work_item AS w
                           SET payload = other.payload
                          FROM lanekeeper.work_item AS other
                         WHERE w.topic = other.topic AND w.item_id <> other.item_id AND least(w.item_id, other.item_id) > ?
                        """).param(before).update();
        jdbc.sql("""
                        UPDATE lanekeeper.work_item
                           SET payload = convert_to(replace(convert_from(payload, 'UTF8'), '"key":"k"', '"key":"l"'), 'UTF8')
                         WHERE entry_id IS NOT NULL AND item_id > ?
                        """).param(before).update();
        retry(application);

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(messages())
                        .hasSize(4)
                        .allSatisfy(
                                m -> assertThat(m).contains("ForgedContentException", "is not what was stored here")));
        assertThat(seen.events).isEmpty();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(outcomes()).hasSize(4).allMatch(o -> o.endsWith("failed")));
    }

    private void retry(ConfigurableApplicationContext application) {
        var operations = application.getBean(ItemOperations.class);
        for (var item : jdbc.sql("SELECT item_id FROM lanekeeper.outcome WHERE item_id > ?")
                .param(before)
                .query(Long.class)
                .list()) {
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(operations.retryFailure(item, ANNA)).isEqualTo(ItemAnswer.DUE));
        }
    }

    private List<String> outcomes() {
        return jdbc.sql("""
                        SELECT name || CASE state WHEN 1 THEN ' done' WHEN 2 THEN ' failed' ELSE ' rejected' END
                          FROM lanekeeper.outcome
                          JOIN lanekeeper.handler USING (handler_id)
                         WHERE item_id > ?
                        """).param(before).query(String.class).list();
    }

    /** Of attempts that are not sealed: of those that never came as far as the handler. */
    private List<String> messages() {
        return jdbc.sql(
                        "SELECT error_class || ': ' || error_message FROM lanekeeper.attempt WHERE sealed IS NULL AND item_id > ?")
                .param(before)
                .query(String.class)
                .list();
    }

    private List<Long> keysOf(String table) {
        return jdbc.sql("SELECT DISTINCT key_id FROM lanekeeper." + table
                        + " WHERE item_id > ? AND key_id IS NOT NULL ORDER BY 1")
                .param(before)
                .query(Long.class)
                .list();
    }

    /** As text, and as the digits in which bytes are printed. */
    private List<String> tablesWith(String text) {
        var hex = HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
        return jdbc
                .sql(
                        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'lanekeeper' AND table_type = 'BASE TABLE'")
                .query(String.class)
                .list()
                .stream()
                .filter(table -> jdbc.sql("SELECT EXISTS (SELECT FROM lanekeeper.\"" + table
                                + "\" AS t WHERE t::text LIKE ? OR t::text LIKE ?)")
                        .param("%" + text + "%")
                        .param("%" + hex + "%")
                        .query(Boolean.class)
                        .single())
                .toList();
    }

    private static void publish(ConfigurableApplicationContext application, String wish, String id) {
        var outbox = application.getBean(Outbox.class);
        new TransactionTemplate(application.getBean(PlatformTransactionManager.class))
                .executeWithoutResult(status -> outbox.publish(OutboxMessage.of("letters", "sent")
                        .withArguments(Map.of("id", id, "wish", wish, "text", "s3cr3t"))
                        .withCausalityKey("k")
                        .withChanges("Letter", "1", Map.of("street", java.util.Arrays.asList(null, "s3cr3t-street")))));
    }

    private static void send(String to, String key, String value) {
        Map<String, Object> settings = Map.of("bootstrap.servers", BROKER.bootstrapServers());
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            var record = new ProducerRecord<>(to, key, value);
            record.headers().add("note", "s3cr3t-header".getBytes(StandardCharsets.UTF_8));
            var unused = producer.send(record);
        }
    }

    private static ConfigurableApplicationContext start(String keyset, String roles) {
        return new SpringApplicationBuilder(Application.class)
                .properties(
                        "spring.datasource.url=" + database.jdbcUrl(),
                        "spring.datasource.username=" + database.username(),
                        "spring.datasource.hikari.maximum-pool-size=20",
                        "spring.kafka.bootstrap-servers=" + BROKER.bootstrapServers(),
                        "spring.main.banner-mode=off",
                        "spring.main.web-application-type=none",
                        "topic=" + TOPIC,
                        "lanekeeper.roles=" + roles,
                        "lanekeeper.encryption.keyset=" + keyset,
                        "lanekeeper.encryption.hash-keyset=" + HASHES,
                        "lanekeeper.encryption.outbox=true")
                .run();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({Handlers.class, Seen.class})
    static class Application {}

    static class Seen {

        final List<String> events = new CopyOnWriteArrayList<>();
        final CountDownLatch leave = new CountDownLatch(1);
        volatile boolean healed;
    }

    record Patient(String id, String wish, String text) {}

    static class Handlers {

        private final Seen seen;

        Handlers(Seen seen) {
            this.seen = seen;
        }

        @KafkaEventHandler(
                id = "patients",
                topics = "${topic}",
                resource = "id",
                dedup = "payload",
                encrypt = "true",
                locks = {"account(text)", "room(@resource)", "ward*9"},
                maxRetries = "0")
        Outcome patient(Patient patient, EventContext event) throws InterruptedException {
            see("patients", patient, event);
            return obey(patient);
        }

        @KafkaEventHandler(id = "visits", topics = "${topic}-open", resource = "id", maxRetries = "0")
        Outcome visit(Patient patient, EventContext event) throws InterruptedException {
            see("visits", patient, event);
            return obey(patient);
        }

        @OutboxEventHandler(
                id = "letters",
                context = "letters",
                locks = {"account(id)", "room(@resource)"},
                maxRetries = "0")
        Outcome letter(OutboxEntry entry, EventContext event) throws InterruptedException {
            var id = String.valueOf(entry.arguments().get("id"));
            seen.events.add("letters " + id + " {street=[" + entry.changes().get("street") + "]} " + event.resource());
            return obey(new Patient(id, String.valueOf(entry.arguments().get("wish")), id));
        }

        private void see(String handler, Patient patient, EventContext event) {
            var header = new String(Objects.requireNonNull(event.event().lastHeader("note")), StandardCharsets.UTF_8);
            var key = new String(Objects.requireNonNull(event.event().key()), StandardCharsets.UTF_8);
            seen.events.add(String.join(" ", handler, patient.id(), patient.text(), event.resource(), key, header));
        }

        private Outcome obey(Patient patient) throws InterruptedException {
            if (patient.wish().equals("hold")) {
                assertThat(seen.leave.await(60, TimeUnit.SECONDS)).isTrue();
            }
            if (patient.wish().equals("fail") && !seen.healed) {
                throw new IllegalStateException("Told to fail: " + patient.text());
            }
            return patient.wish().equals("reject") ? Outcome.reject("no: " + patient.text()) : Outcome.ack();
        }
    }
}
