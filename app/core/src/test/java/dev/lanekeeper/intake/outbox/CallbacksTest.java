package dev.lanekeeper.intake.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.StartedApplication;
import dev.lanekeeper.api.LanekeeperConfigurationException;
import dev.lanekeeper.api.change.Change;
import dev.lanekeeper.api.change.ChangeType;
import dev.lanekeeper.api.change.Changes;
import dev.lanekeeper.api.change.ReliableAfterCommit;
import dev.lanekeeper.api.change.ReliableAfterDelete;
import dev.lanekeeper.api.change.ReliableAfterSave;
import dev.lanekeeper.api.change.ReliableEntity;
import dev.lanekeeper.api.change.ResourceFinder;
import dev.lanekeeper.testkit.PostgresDatabase;
import dev.lanekeeper.testkit.PostgresServer;
import dev.lanekeeper.work.ConservationSearch;
import dev.lanekeeper.work.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What follows the changes of resources in an application with a real database. */
class CallbacksTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");

    private static PostgresDatabase database;
    private static ConfigurableApplicationContext application;
    private static Changes changes;
    private static TransactionTemplate transactions;
    private static JdbcClient jdbc;
    private static Callbacks callbacks;
    private static Parcels parcels;

    @BeforeAll
    static void start() {
        database = PostgresServer.shared().createDatabase("callbacks");
        application = StartedApplication.of(
                Application.class,
                database,
                "lanekeeper.defaults.backoff-min=200ms",
                "lanekeeper.defaults.backoff-max=200ms");
        changes = application.getBean(Changes.class);
        transactions = new TransactionTemplate(application.getBean(PlatformTransactionManager.class));
        jdbc = application.getBean(JdbcClient.class);
        callbacks = application.getBean(Callbacks.class);
        parcels = application.getBean(Parcels.class);
    }

    @AfterAll
    static void stop() {
        await().atMost(PATIENCE).until(() -> rows("lanekeeper.lane_item") == 0);
        assertThat(rows("lanekeeper.outbox_entry")).isZero();
        assertThat(rows("lanekeeper.outcome WHERE state IN (2, 3)")).isZero();
        assertThat(new ConservationSearch(new Database(database.dataSource(), "lanekeeper")).faults())
                .isEmpty();
        application.close();
    }

    private static long rows(String fromWhere) {
        return jdbc.sql("SELECT count(*) FROM " + fromWhere).query(Long.class).single();
    }

    private static void commit(Runnable change) {
        transactions.executeWithoutResult(status -> change.run());
    }

    private static void heard(String id, String... calls) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(callbacks.of(id)).containsExactly(calls));
    }

    @Test
    void followEachChangeInTheOrderOfTheChangesAndOfTheMethods() {
        var order = new Order("o-1", "new", 5, NOON);

        commit(() -> changes.created(order));
        commit(() -> changes.updated(order, order.in("placed")));
        commit(() -> changes.deleted(order.in("placed")));

        heard(
                "o-1",
                "zero created",
                "all created",
                "saved created",
                "zero updated",
                "all updated",
                "saved updated",
                "placed updated",
                "zero deleted",
                "all deleted",
                "gone deleted");
    }

    @Test
    void areToldWhatWasBeforeAndWhatIsSince() {
        var order = new Order("o-2", "new", 5, NOON);

        commit(() -> changes.updated(order, new Order("o-2", "placed", 7, NOON)));
        await().atMost(PATIENCE).until(() -> callbacks.changes.containsKey("o-2"));
        var updated = callbacks.changes.get("o-2");
        commit(() -> changes.deleted(order));
        await().atMost(PATIENCE).until(() -> callbacks.changes.get("o-2").type() == ChangeType.DELETED);
        var deleted = callbacks.changes.get("o-2");

        assertThat(updated.resourceClass()).isEqualTo(Order.class);
        assertThat(updated.resourceId()).isEqualTo("o-2");
        assertThat(updated.attributes()).containsExactlyInAnyOrder("state", "amount");
        assertThat(updated.changed("placedAt")).isFalse();
        assertThat(updated.previous()).containsEntry("state", "new").containsEntry("amount", 5);
        assertThat(updated.current("amount", Long.class)).isEqualTo(7L);
        assertThat(deleted.previous("placedAt", Instant.class)).isEqualTo(NOON);
        assertThat(deleted.current("placedAt", Instant.class)).isNull();
        assertThat(deleted.resource()).isEmpty();
    }

    @Test
    void areNotCalledWhenTheirConditionDoesNotHoldOrTheExceptionDoes() {
        var order = new Order("o-3", "new", 5, NOON);

        commit(() -> changes.updated(order, new Order("o-3", "placed", -1, NOON)));
        commit(() -> changes.updated(order, order.in("paid")));

        heard("o-3", "zero updated", "all updated", "saved updated", "zero updated", "all updated", "saved updated");
    }

    @Test
    void ofWhichOneFailsAreNotRepeatedForIt() {
        callbacks.failures.set(2);

        commit(() -> changes.created(new Order("fails", "new", 5, NOON)));

        heard("fails", "zero created", "all failed", "all failed", "all created", "saved created");
    }

    @Test
    void doNotFollowWhatWasRolledBackOrHasNotChanged() {
        var order = new Order("o-4", "new", 5, NOON);

        transactions.executeWithoutResult(status -> {
            changes.created(order);
            status.setRollbackOnly();
        });
        commit(() -> changes.updated(order, new Order("o-4", "new", 5, NOON)));
        commit(() -> changes.deleted(order));

        heard("o-4", "zero deleted", "all deleted", "gone deleted");
    }

    @Test
    void areNotWrittenDownWhereThereAreNone() {
        commit(() -> changes.created(new Nobody("n-1")));

        assertThat(rows("lanekeeper.outbox_entry WHERE resource_class = 'Nobody'"))
                .isZero();
        assertThat(rows("lanekeeper.work_item WHERE event_name LIKE 'Nobody.%'"))
                .isZero();
    }

    @Test
    void failTheTransactionOfAChangeThatCannotBeWritten() {
        var order = new Order("o-5", "new", 5, NOON);
        jdbc.sql("""
                        CREATE TABLE IF NOT EXISTS business (id text);
                        ALTER TABLE lanekeeper.outbox_entry ADD CONSTRAINT refused CHECK (resource_id <> 'o-5')
                        """).update();
        try {
            assertThatThrownBy(() -> commit(() -> {
                        jdbc.sql("INSERT INTO business VALUES ('o-5')").update();
                        changes.created(order);
                    }))
                    .hasMessageContaining("refused");
        } finally {
            jdbc.sql("ALTER TABLE lanekeeper.outbox_entry DROP CONSTRAINT refused")
                    .update();
        }
        assertThat(rows("business")).isZero();
        assertThatThrownBy(() -> changes.created(order))
                .isInstanceOf(IllegalTransactionStateException.class)
                .hasMessageContaining("Order.created");
        assertThatThrownBy(() -> commit(() -> changes.created(new Order(null, "new", 5, NOON))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("@ReliableEntity");
        assertThatThrownBy(() -> commit(() -> changes.updated(order, new Order("o-6", "new", 5, NOON))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ofAResourceThatIsGoneFailUntilItIsThere() {
        commit(() -> changes.created(new Parcel("p-1", "box")));

        await().atMost(PATIENCE)
                .until(() -> rows("lanekeeper.attempt WHERE error_message ="
                                + " 'could not find model for outbox record: Parcel p-1'")
                        > 0);
        parcels.there.put("p-1", new Parcel("p-1", "box"));

        heard("p-1", "packed created");
    }

    @Test
    void thatCannotBeAreToldAllAtOnceAtTheStart() {
        assertThatThrownBy(() -> new SpringApplicationBuilder(Wrong.class)
                        .properties("spring.main.banner-mode=off", "spring.main.web-application-type=none")
                        .properties(
                                "spring.datasource.url=" + database.jdbcUrl(),
                                "spring.datasource.username=" + database.username())
                        .run())
                .isInstanceOf(LanekeeperConfigurationException.class)
                .hasMessageContaining("condition \"changed(\"")
                .hasMessageContaining("unless \"1 +\"")
                .hasMessageContaining("no parameter that says whose changes");
    }

    record Order(@Nullable String id, String state, int amount, Instant placedAt) {

        Order in(String other) {
            return new Order(id, other, amount, placedAt);
        }
    }

    record Nobody(String id) {}

    @ReliableEntity(id = "number")
    record Parcel(String number, String kind) {}

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({Callbacks.class, Parcels.class})
    static class Application {}

    /** The names say nothing of the order in which they are written. */
    @Component
    static class Callbacks {

        final AtomicInteger failures = new AtomicInteger();
        final Map<String, Change<Order>> changes = new ConcurrentHashMap<>();
        private final List<String> calls = new CopyOnWriteArrayList<>();

        List<String> of(String id) {
            return calls.stream()
                    .filter(call -> call.startsWith(id + " "))
                    .map(call -> call.substring(id.length() + 1))
                    .toList();
        }

        private void called(Change<?> change, String what) {
            calls.add(change.resourceId() + " " + what + " "
                    + change.type().name().toLowerCase(java.util.Locale.ROOT));
        }

        @ReliableAfterCommit
        void zero(Change<Order> change) {
            called(change, "zero");
        }

        @ReliableAfterCommit(id = "all-orders")
        void all(Change<Order> change) {
            if (change.resourceId().equals("fails") && failures.getAndDecrement() > 0) {
                calls.add("fails all failed");
                throw new IllegalStateException("not yet");
            }
            changes.put(change.resourceId(), change);
            called(change, "all");
        }

        @ReliableAfterSave
        void saved(Change<Order> change) {
            called(change, "saved");
        }

        @ReliableAfterCommit(
                on = ChangeType.UPDATED,
                condition = "changed('state') and current['state'] == 'placed'",
                unless = "current['amount'] != null and current['amount'] < 0")
        void placed(Change<Order> change) {
            if (!change.resourceId().equals("o-2")) {
                called(change, "placed");
            }
        }

        @ReliableAfterDelete
        void gone(Change<Order> change) {
            called(change, "gone");
        }

        @ReliableAfterCommit
        void packed(Change<Parcel> change) {
            assertThat(change.resource().orElseThrow().kind()).isEqualTo("box");
            called(change, "packed");
        }
    }

    @Component
    static class Parcels implements ResourceFinder<Parcel> {

        final Map<String, Parcel> there = new ConcurrentHashMap<>();

        @Override
        public Class<Parcel> resourceClass() {
            return Parcel.class;
        }

        @Override
        public Optional<Parcel> find(String id) {
            return Optional.ofNullable(there.get(id));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(WrongCallbacks.class)
    static class Wrong {}

    @Component
    static class WrongCallbacks {

        @ReliableAfterCommit(condition = "changed(", unless = "1 +")
        void unreadable(Change<Order> change) {}

        @ReliableAfterCommit
        void ofNothing() {}
    }
}
