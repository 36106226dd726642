package dev.lanekeeper.intake.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.outbox.Outbox;
import dev.lanekeeper.api.outbox.OutboxEntry;
import dev.lanekeeper.api.outbox.OutboxEventHandler;
import dev.lanekeeper.api.outbox.OutboxMessage;
import dev.lanekeeper.api.outbox.OutboxProcessor;
import dev.lanekeeper.operations.HandlerAnswer;
import dev.lanekeeper.operations.HandlerOperations;
import dev.lanekeeper.operations.ItemOperations;
import dev.lanekeeper.operations.Operator;
import dev.lanekeeper.testkit.PostgresDatabase;
import dev.lanekeeper.testkit.PostgresServer;
import dev.lanekeeper.work.ConservationSearch;
import dev.lanekeeper.work.Database;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.transport.SenderContext;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/** What becomes of outbox entries in an application with a real database. */
class OutboxTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static final Operator ANNA = new Operator("anna", "test");

    private static PostgresDatabase database;
    private static ConfigurableApplicationContext application;
    private static Outbox outbox;
    private static TransactionTemplate transactions;
    private static JdbcClient jdbc;
    private static Seen seen;

    @BeforeAll
    static void start() {
        database = PostgresServer.shared().createDatabase("outbox");
        application = new SpringApplicationBuilder(Application.class)
                .properties(
                        "spring.datasource.url=" + database.jdbcUrl(),
                        "spring.datasource.username=" + database.username(),
                        "spring.datasource.hikari.maximum-pool-size=20",
                        "spring.main.banner-mode=off",
                        "spring.main.web-application-type=none",
                        "lanekeeper.workers=4",
                        "lanekeeper.outbox.sleep=100ms",
                        "lanekeeper.defaults.backoff-min=300ms",
                        "lanekeeper.defaults.backoff-max=300ms",
                        "lanekeeper.handlers.dearPrices.context=prices",
                        "lanekeeper.handlers.hugePrices.context=prices")
                .run();
        outbox = application.getBean(Outbox.class);
        transactions = new TransactionTemplate(application.getBean(PlatformTransactionManager.class));
        jdbc = application.getBean(JdbcClient.class);
        seen = application.getBean(Seen.class);
        jdbc.sql("CREATE TABLE effect (name text)").update();
    }

    /** The books are compared when everything is done: each test has left its part in them. */
    @AfterAll
    static void stop() {
        await().atMost(PATIENCE).until(() -> rows("lanekeeper.lane_item") == 0);
        assertThat(rows("lanekeeper.outbox_entry")).isZero();
        assertThat(new ConservationSearch(new Database(database.dataSource(), "lanekeeper")).faults())
                .isEmpty();
        application.close();
    }

    @Test
    void givesACommittedEntryToEachOfItsHandlersWithAllThatItHas() {
        var id = transactions.execute(status -> outbox.publish(OutboxMessage.of("orders", "placed")
                .withArguments(new Order("o-1", 3))
                .withCausalityKey("a\\b")
                .withChanges("Order", "o-1", Map.of("state", List.of("new", "placed")))));

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(seen.of("o-1")).containsExactlyInAnyOrder("invoice", "mail"));
        var entry = seen.entries.get(0);
        assertThat(entry.id()).isEqualTo(id);
        assertThat(entry.arguments()).containsEntry("id", "o-1").containsEntry("amount", 3);
        assertThat(entry.causalityKey()).isEqualTo("a\\b");
        assertThat(entry.changes()).containsEntry("state", new OutboxEntry.Values("new", "placed"));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(history(id))
                        .containsExactlyInAnyOrder("orders.placed a\\\\b done 1 t", "mail a\\\\b done 1 t"));
        assertThat(jdbc.sql("SELECT DISTINCT trace_parent FROM lanekeeper.work_item WHERE entry_id = ?")
                        .param(id)
                        .query(String.class)
                        .single())
                .isEqualTo(TRACE);
    }

    private static List<String> history(long entryId) {
        return jdbc.sql("""
                        SELECT concat_ws(' ', handler, causality_key, state, attempts, processed_at >= moved_at)
                          FROM lanekeeper.outbox_history
                         WHERE entry_id = ?
                        """).param(entryId).query(String.class).list();
    }

    @Test
    void keepsNothingOfATransactionThatIsRolledBack() {
        transactions.executeWithoutResult(status -> {
            publish("rolled-back", "k");
            status.setRollbackOnly();
        });
        transactions.executeWithoutResult(status -> publish("committed", "k"));

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(seen.of("committed")).hasSize(2));
        assertThat(seen.of("rolled-back")).isEmpty();
    }

    @Test
    void refusesToPublishWithoutATransactionAndSaysWhatToDo() {
        assertThatThrownBy(() -> publish("nowhere", "k"))
                .isInstanceOf(IllegalTransactionStateException.class)
                .hasMessageContaining("orders placed")
                .hasMessageContaining("@Transactional");
        assertThatThrownBy(() -> transactions.executeWithoutResult(
                        status -> outbox.publish("orders", "placed", List.of(1), null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("JSON object");
    }

    @Test
    void makesAnEntryThatNobodyTakesAFailureAndGivesItToWhomeverTakesItLater() {
        var id = transactions.execute(status -> outbox.publish("orphans", "found", Map.of("id", "orphan"), "k"));

        var item = failureOf(id, "no processor was found for record with ID: " + id + ", context: orphans");
        jdbc.sql("""
                        INSERT INTO lanekeeper.outbox_subscription (handler_id, kind, context, ordered)
                        SELECT handler_id, 1, 'orphans', true FROM lanekeeper.handler WHERE name = 'late'
                            ON CONFLICT (handler_id) DO UPDATE SET context = 'orphans', events = NULL
                        """).update();
        application.getBean(ItemOperations.class).retry(item, ANNA);

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(seen.of("orphan")).containsExactly("late"));
    }

    private static long failureOf(long entryId, String text) {
        await().atMost(PATIENCE).until(() -> rows("""
                lanekeeper.work_item JOIN lanekeeper.outcome USING (item_id) JOIN lanekeeper.attempt USING (item_id)
                 WHERE state = 2 AND error_message LIKE '%%%s%%' AND entry_id = %d""".formatted(text, entryId)) == 1);
        return jdbc.sql(
                        "SELECT item_id FROM lanekeeper.work_item JOIN lanekeeper.attempt USING (item_id) WHERE entry_id = ?")
                .param(entryId)
                .query(Long.class)
                .single();
    }

    @Test
    void asksProcessorsWhetherTheyApplyAndFailsWhatNoneAppliesTo() {
        var dear = transactions.execute(
                status -> outbox.publish("prices", "set", Map.of("id", "dear", "amount", 500), null));
        var cheap = transactions.execute(
                status -> outbox.publish("prices", "set", Map.of("id", "cheap", "amount", 5), null));

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(seen.of("dear")).containsExactly("dearPrices"));
        failureOf(cheap, "no processor was found for record with ID: " + cheap + ", context: prices");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(history(dear))
                        .containsExactlyInAnyOrder("dearPrices done 1 t", "hugePrices skipped"));
        assertThat(seen.of("cheap")).isEmpty();
    }

    @Test
    void takesEntriesOfAnyProgramInTheOrderInWhichTheyWereWritten() throws SQLException {
        try (var other = DriverManager.getConnection(database.jdbcUrl(), database.username(), null);
                var statement = other.createStatement()) {
            statement.execute("""
                    INSERT INTO lanekeeper.outbox_entry (context, event_name, causality_key, arguments, created_at)
                    SELECT 'orders', 'placed', 'sql', jsonb_build_object('id', 'sql-' || n, 'amount', n), '2026-01-01 00:00Z'
                      FROM generate_series(1, 40) AS n
                     ORDER BY n
                    """);
        }

        await().atMost(PATIENCE).until(() -> seen.with("invoice", "sql-").size() == 40);
        assertThat(seen.with("invoice", "sql-"))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 40).mapToObj(n -> "sql-" + n).toList());
    }

    @Test
    void findsEntriesThatBecomeVisibleLate() throws SQLException {
        try (var other = DriverManager.getConnection(database.jdbcUrl(), database.username(), null);
                var statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("""
                    INSERT INTO lanekeeper.outbox_entry (context, event_name, causality_key, arguments)
                    VALUES ('orders', 'placed', 'late', '{"id": "seen-late"}')
                    """);
            transactions.executeWithoutResult(status -> publish("seen-early", "late"));
            await().atMost(PATIENCE).until(() -> seen.of("seen-early").size() == 2);
            assertThat(seen.of("seen-late")).isEmpty();
            other.commit();
        }

        await().atMost(PATIENCE).until(() -> seen.of("seen-late").size() == 2);
    }

    @Test
    void holdsUpTheKeyOfAFailingEntryOnlyAndOvertakesWhereThatWasChosen() {
        transactions.executeWithoutResult(status -> {
            publish("fails-first", "stuck");
            publish("behind", "stuck");
            publish("beside", "free");
        });

        await().atMost(PATIENCE)
                .until(() ->
                        seen.of("behind").size() == 2 && seen.of("fails-first").size() == 2);
        assertThat(seen.in("invoice", "fails-first", "behind", "beside"))
                .containsSubsequence("fails-first", "behind")
                .containsSubsequence("beside", "fails-first");
        assertThat(seen.in("mail", "fails-first", "behind")).containsExactly("behind", "fails-first");
    }

    @Test
    void storesAnEntryThatTheDatabaseRefusesAsAFailureAndMovesTheOthers() {
        jdbc.sql("""
                        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                        BEGIN
                          IF convert_from(NEW.payload, 'UTF8') LIKE '%unwanted%' AND NEW.intake_error IS NULL THEN
                            RAISE EXCEPTION 'this one is not wanted';
                          END IF;
                          RETURN NEW;
                        END $$;
                        CREATE TRIGGER refuse BEFORE INSERT ON lanekeeper.work_item FOR EACH ROW EXECUTE FUNCTION refuse();
                        """).update();

        var ids = transactions.execute(
                status -> List.of(publish("wanted-1", "r"), publish("unwanted", "r"), publish("wanted-2", "r")));

        await().atMost(PATIENCE)
                .until(() ->
                        seen.of("wanted-1").size() == 2 && seen.of("wanted-2").size() == 2);
        await().atMost(PATIENCE).until(() -> rows("""
                lanekeeper.work_item JOIN lanekeeper.outcome USING (item_id)
                 WHERE state = 2 AND intake_error LIKE '%%this one is not wanted%%' AND entry_id = %d""".formatted(ids.get(1))) == 2);
        assertThat(seen.of("unwanted")).isEmpty();
        jdbc.sql("DROP TRIGGER refuse ON lanekeeper.work_item").update();
    }

    @Test
    void letsAFailingStatementSpoilNothingButItsOwnItem() {
        transactions.executeWithoutResult(status -> {
            outbox.publish("effects", "wanted", Map.of("id", "good-1"), "e");
            outbox.publish("effects", "wanted", Map.of("id", "bad"), "e");
            outbox.publish("effects", "wanted", Map.of("id", "good-2"), "e");
        });

        await().atMost(PATIENCE).until(() -> rows("effect WHERE name = 'good-2'") == 1);
        assertThat(rows("effect WHERE name = 'good-1'")).isEqualTo(1);
        assertThat(rows("effect WHERE name = 'bad'")).isZero();
    }

    @Test
    void pausesTheProcessingOfItsHandlersButNotAnIntakeOfTheirOwn() {
        var handlers = application.getBean(HandlerOperations.class);

        assertThat(handlers.pauseIntake("late", ANNA)).isEqualTo(HandlerAnswer.NO_INTAKE);
        assertThat(handlers.pauseProcessing("late", ANNA)).isEqualTo(HandlerAnswer.PAUSED);
        assertThat(handlers.resumeProcessing("late", ANNA)).isEqualTo(HandlerAnswer.RESUMED);
    }

    private static long publish(String id, String key) {
        return outbox.publish("orders", "placed", new Order(id, 1), key);
    }

    private static long rows(String table) {
        return jdbc.sql("SELECT count(*) FROM " + table).query(Long.class).single();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({Seen.class, Orders.class, DearPrices.class, HugePrices.class})
    static class Application {

        /** As a tracer does, but always with the same trace. */
        @Bean
        ObservationHandler<SenderContext<Object>> tracer() {
            return new ObservationHandler<>() {
                @Override
                public void onStart(SenderContext<Object> context) {
                    context.getSetter().set(context.getCarrier(), "traceparent", TRACE);
                }

                @Override
                public boolean supportsContext(Observation.Context context) {
                    return context instanceof SenderContext;
                }
            };
        }
    }

    record Order(String id, @Nullable Integer amount) {}

    /** What the handlers were given. */
    @Component
    static class Seen {

        private final List<String[]> calls = new CopyOnWriteArrayList<>();
        private final List<OutboxEntry> entries = new CopyOnWriteArrayList<>();

        void add(String handler, String id) {
            calls.add(new String[] {handler, id});
        }

        List<String> of(String id) {
            return calls.stream().filter(c -> c[1].equals(id)).map(c -> c[0]).toList();
        }

        List<String> in(String handler, String... ids) {
            return calls.stream()
                    .filter(c -> c[0].equals(handler) && List.of(ids).contains(c[1]))
                    .map(c -> c[1])
                    .toList();
        }

        List<String> with(String handler, String prefix) {
            return calls.stream()
                    .filter(c -> c[0].equals(handler) && c[1].startsWith(prefix))
                    .map(c -> c[1])
                    .toList();
        }
    }

    @Component
    static class Orders {

        private final Seen seen;
        private final JdbcClient jdbc;

        Orders(Seen seen, JdbcClient jdbc) {
            this.seen = seen;
            this.jdbc = jdbc;
        }

        @OutboxEventHandler(context = "orders", event = "placed")
        void invoice(Order order, OutboxEntry entry, EventContext context) {
            failFirst(order, context);
            if (order.id().equals("o-1")) {
                seen.entries.add(entry);
            }
            seen.add("invoice", order.id());
        }

        @OutboxEventHandler(id = "mail", context = "orders", event = "placed", onFailure = "overtake")
        void mail(Order order, EventContext context) {
            failFirst(order, context);
            seen.add("mail", order.id());
        }

        @OutboxEventHandler(id = "late", context = "late")
        void late(Order order) {
            seen.add("late", order.id());
        }

        @Transactional
        @OutboxEventHandler(context = "effects", event = "wanted", maxRetries = "0")
        public void effect(Order order) {
            jdbc.sql("INSERT INTO effect (name) VALUES (?)").param(order.id()).update();
            if (order.id().equals("bad")) {
                try {
                    jdbc.sql("SELECT 1 / 0").query(Integer.class).single();
                } catch (DataAccessException e) {
                    // As careless code does; the transaction is spoilt all the same.
                }
            }
        }

        private static void failFirst(Order order, EventContext context) {
            if (order.id().startsWith("fails") && context.attempt() == 1) {
                throw new IllegalStateException("fails at first");
            }
        }
    }

    @Component("dearPrices")
    static class DearPrices implements OutboxProcessor {

        private final Seen seen;

        DearPrices(Seen seen) {
            this.seen = seen;
        }

        @Override
        public boolean applies(OutboxEntry entry) {
            return entry.context().equals("prices") && (int) entry.arguments().getOrDefault("amount", 0) > 100;
        }

        @Override
        public Outcome call(OutboxEntry entry, EventContext event) {
            seen.add("dearPrices", String.valueOf(entry.arguments().get("id")));
            return Outcome.ack();
        }
    }

    @Component("hugePrices")
    static class HugePrices implements OutboxProcessor {

        @Override
        public boolean applies(OutboxEntry entry) {
            return false;
        }

        @Override
        public Outcome call(OutboxEntry entry, EventContext event) {
            throw new AssertionError("it does not apply");
        }
    }
}
