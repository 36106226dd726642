package dev.lanekeeper.intake.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.StartedApplication;
import dev.lanekeeper.api.outbox.Outbox;
import dev.lanekeeper.api.outbox.OutboxEntry;
import dev.lanekeeper.api.outbox.OutboxMessage;
import dev.lanekeeper.intake.outbox.OutboxApplication.Order;
import dev.lanekeeper.intake.outbox.OutboxApplication.Seen;
import dev.lanekeeper.operations.HandlerAnswer;
import dev.lanekeeper.operations.HandlerOperations;
import dev.lanekeeper.operations.ItemOperations;
import dev.lanekeeper.operations.Operator;
import dev.lanekeeper.testkit.PostgresDatabase;
import dev.lanekeeper.testkit.PostgresServer;
import dev.lanekeeper.work.ConservationSearch;
import dev.lanekeeper.work.Database;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What becomes of outbox entries in an application with a real database. */
class OutboxTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
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
        application = StartedApplication.of(
                OutboxApplication.class,
                database,
                "lanekeeper.defaults.backoff-min=300ms",
                "lanekeeper.defaults.backoff-max=300ms",
                "lanekeeper.handlers.dearPrices.context=prices",
                "lanekeeper.handlers.hugePrices.context=prices");
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
                .isEqualTo(OutboxApplication.TRACE);
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
}
