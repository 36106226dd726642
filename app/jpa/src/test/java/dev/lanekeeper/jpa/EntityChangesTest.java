package dev.lanekeeper.jpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.api.change.Change;
import dev.lanekeeper.api.change.ChangeType;
import dev.lanekeeper.api.change.ReliableAfterCommit;
import dev.lanekeeper.api.change.ReliableAfterCreate;
import dev.lanekeeper.api.change.ReliableAfterUpdate;
import dev.lanekeeper.jpa.Shop.Customer;
import dev.lanekeeper.jpa.Shop.Order;
import dev.lanekeeper.jpa.Shop.Parcel;
import dev.lanekeeper.jpa.Shop.Truck;
import dev.lanekeeper.jpa.Shop.Vehicle;
import dev.lanekeeper.testkit.PostgresDatabase;
import dev.lanekeeper.testkit.PostgresServer;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/** What is recorded of entities in an application with Hibernate and a real database. */
class EntityChangesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static ConfigurableApplicationContext application;
    private static EntityManager entities;
    private static TransactionTemplate transactions;
    private static JdbcClient jdbc;
    private static Followers followers;

    @BeforeAll
    static void start() {
        PostgresDatabase database = PostgresServer.shared().createDatabase("entities");
        application = new SpringApplicationBuilder(Application.class)
                .properties(
                        "spring.datasource.url=" + database.jdbcUrl(),
                        "spring.datasource.username=" + database.username(),
                        "spring.jpa.hibernate.ddl-auto=create",
                        "logging.level.org.hibernate.orm.synchronization=off",
                        "spring.main.banner-mode=off",
                        "spring.main.web-application-type=none",
                        "lanekeeper.workers=2",
                        "lanekeeper.outbox.sleep=100ms",
                        "lanekeeper.defaults.backoff-min=200ms",
                        "lanekeeper.defaults.backoff-max=200ms")
                .run();
        entities =
                SharedEntityManagerCreator.createSharedEntityManager(application.getBean(EntityManagerFactory.class));
        transactions = new TransactionTemplate(application.getBean(PlatformTransactionManager.class));
        jdbc = application.getBean(JdbcClient.class);
        followers = application.getBean(Followers.class);
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    private static void commit(Consumer<EntityManager> change) {
        transactions.executeWithoutResult(status -> change.accept(entities));
    }

    private static List<Change<?>> changes(String id, int expected) {
        await().atMost(PATIENCE).until(() -> followers.of(id).size() >= expected);
        await().atMost(PATIENCE).until(() -> rows("lanekeeper.lane_item") == 0 && rows("lanekeeper.outbox_entry") == 0);
        assertThat(followers.of(id)).hasSize(expected);
        return followers.of(id);
    }

    private static long rows(String fromWhere) {
        return jdbc.sql("SELECT count(*) FROM " + fromWhere).query(Long.class).single();
    }

    @Test
    void tellOfEachTransactionWhatItDidToAnEntity() {
        commit(jpa -> jpa.persist(new Order("o-1", 5)));
        commit(jpa -> jpa.find(Order.class, "o-1").state = "placed");
        commit(jpa -> jpa.remove(jpa.getReference(Order.class, "o-1")));

        var changes = changes("o-1", 3);
        assertThat(changes).extracting(Change::type).containsExactly(ChangeType.values());
        assertThat(changes.get(0).current())
                .containsOnlyKeys("id", "state", "amount", "placedAt", "address", "customer", "version")
                .containsEntry("id", "o-1")
                .containsEntry("amount", 5);
        assertThat(changes.get(0).previous().get("state")).isNull();
        assertThat(changes.get(0).current("placedAt", Instant.class)).isEqualTo("2030-01-01T12:00:00Z");
        assertThat(changes.get(1).attributes()).containsExactlyInAnyOrder("state", "version");
        assertThat(changes.get(1).previous()).containsEntry("state", "new");
        assertThat(changes.get(1).current()).containsEntry("state", "placed");
        assertThat(changes.get(2).previous()).containsEntry("state", "placed").containsEntry("amount", 5);
        assertThat(changes.get(2).current().get("state")).isNull();
    }

    @Test
    void tellOfOneTransactionOneChangeHoweverOftenItIsFlushed() {
        commit(jpa -> {
            var order = new Order("o-2", 1);
            jpa.persist(order);
            jpa.flush();
            order.amount = 2;
        });
        commit(jpa -> {
            var order = jpa.find(Order.class, "o-2");
            order.amount = 3;
            jpa.flush();
            order.amount = 4;
            order.state = "there";
            jpa.flush();
            order.state = "new";
        });
        commit(jpa -> {
            var order = jpa.find(Order.class, "o-2");
            order.amount = 5;
            jpa.flush();
            jpa.remove(order);
        });

        var changes = changes("o-2", 3);
        assertThat(changes.get(0).type()).isEqualTo(ChangeType.CREATED);
        assertThat(changes.get(0).current()).containsEntry("amount", 2);
        assertThat(changes.get(1).attributes()).containsExactlyInAnyOrder("amount", "version");
        assertThat(changes.get(1).previous()).containsEntry("amount", 2);
        assertThat(changes.get(1).current()).containsEntry("amount", 4);
        assertThat(changes.get(2).type()).isEqualTo(ChangeType.DELETED);
        assertThat(changes.get(2).previous()).containsEntry("amount", 4);
    }

    @Test
    void tellNothingOfWhatCameAndWentOrWasRolledBack() {
        commit(jpa -> {
            var order = new Order("o-3", 1);
            jpa.persist(order);
            jpa.flush();
            jpa.remove(order);
        });
        var within = new TransactionTemplate(transactions.getTransactionManager());
        within.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        transactions.executeWithoutResult(status -> {
            entities.persist(new Order("o-3", 2));
            within.executeWithoutResult(inner -> entities.persist(new Order("o-4", 3)));
            entities.flush();
            status.setRollbackOnly();
        });

        assertThat(changes("o-4", 1).get(0).current()).containsEntry("amount", 3);
        assertThat(followers.of("o-3")).isEmpty();
    }

    @Test
    void tellEmbeddablesAsObjectsAndAssociationsByTheirIdentifiers() {
        commit(jpa -> {
            var customer = new Customer();
            jpa.persist(customer);
            var order = new Order("o-5", 1);
            order.customer = customer;
            jpa.persist(order);
        });
        commit(jpa -> {
            var order = jpa.find(Order.class, "o-5");
            order.address.town = "Bruges";
            order.customer = null;
            order.secret = "changed too";
        });

        var updated = changes("o-5", 2).get(1);
        var customer =
                jdbc.sql("SELECT max(id) FROM customer").query(Integer.class).single();
        assertThat(updated.attributes()).containsExactlyInAnyOrder("address", "customer", "version");
        assertThat(updated.previous()).containsEntry("customer", customer);
        assertThat(updated.current().get("customer")).isNull();
        assertThat(updated.current().get("address"))
                .isEqualTo(java.util.Map.of("street", "Main Street", "town", "Bruges"));
    }

    @Test
    void failTheTransactionOfAChangeThatCannotBeStored() {
        jdbc.sql("ALTER TABLE lanekeeper.outbox_entry ADD CONSTRAINT refused CHECK (resource_id <> 'o-6')")
                .update();
        try {
            assertThatThrownBy(() -> commit(jpa -> jpa.persist(new Order("o-6", 1))))
                    .hasStackTraceContaining("refused");
        } finally {
            jdbc.sql("ALTER TABLE lanekeeper.outbox_entry DROP CONSTRAINT refused")
                    .update();
        }

        assertThat(rows("orders WHERE id = 'o-6'")).isZero();
        assertThat(followers.of("o-6")).isEmpty();
    }

    @Test
    void areRefusedWhereTheyCouldNotBeRecorded() {
        var hibernate = application.getBean(EntityManagerFactory.class).unwrap(SessionFactory.class);

        assertThatThrownBy(() -> hibernate.inTransaction(session -> session.persist(new Order("o-7", 1))))
                .hasStackTraceContaining("its session is in no transaction of Lanekeeper's DataSource");
        assertThatThrownBy(() ->
                        commit(spring -> hibernate.inTransaction(session -> session.persist(new Order("o-7", 1)))))
                .hasStackTraceContaining("its session is in no transaction of Lanekeeper's DataSource");
        assertThatThrownBy(() -> hibernate.inStatelessTransaction(session -> session.upsert(new Order("o-7", 1))))
                .hasStackTraceContaining("a StatelessSession does not know what was before");
        assertThat(rows("orders WHERE id = 'o-7'")).isZero();
    }

    @Test
    void areNamedByTheAttributeThatSaysSo() {
        commit(jpa -> {
            var parcel = new Parcel();
            parcel.number = "P-8";
            jpa.persist(parcel);
        });

        assertThat(changes("P-8", 1).get(0).current()).containsKeys("key", "number", "kind");
        assertThat(followers.found()).contains("P-8 box");
    }

    @Test
    void ofAnEntityThatIsGoneFailWhereItIsAskedForUntilItIsThere() {
        jdbc.sql("ALTER TABLE parcel RENAME TO away").update();
        try {
            jdbc.sql("CREATE VIEW parcel AS SELECT * FROM away WHERE number <> 'P-9'")
                    .update();
            commit(jpa -> {
                var parcel = new Parcel();
                parcel.number = "P-9";
                jpa.persist(parcel);
            });
            await().atMost(PATIENCE)
                    .until(() -> rows("lanekeeper.attempt WHERE error_message ="
                                    + " 'could not find model for outbox record: Parcel P-9'")
                            > 0);
        } finally {
            jdbc.sql("DROP VIEW parcel").update();
            jdbc.sql("ALTER TABLE away RENAME TO parcel").update();
        }

        assertThat(changes("P-9", 1)).hasSize(1);
    }

    @Test
    void ofASubclassAreThoseOfTheEntityThatIsMarked() {
        var truck = new Truck();
        commit(jpa -> {
            truck.tons = 7;
            jpa.persist(truck);
        });

        assertThat(changes(String.valueOf(truck.plate), 1).get(0).current()).containsEntry("tons", 7);
    }

    @Test
    void thatACallbackMakesAreCommittedWithItsResult() {
        commit(jpa -> jpa.persist(new Order("chain", 1)));
        commit(jpa -> jpa.find(Order.class, "chain").state = "pack");

        assertThat(changes("P-chain", 1).get(0).type()).isEqualTo(ChangeType.CREATED);
        assertThat(rows("parcel WHERE number = 'P-chain'")).isEqualTo(1);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Followers.class)
    static class Application {

        @Bean
        PersistenceManagedTypes persistenceManagedTypes() {
            return Shop.entities();
        }
    }

    @Component
    static class Followers {

        final List<String> found = new CopyOnWriteArrayList<>();
        private final List<Change<?>> changes = new CopyOnWriteArrayList<>();

        /** Asked of its proxy. */
        List<String> found() {
            return found;
        }

        List<Change<?>> of(String id) {
            return changes.stream().filter(c -> c.resourceId().equals(id)).toList();
        }

        @ReliableAfterCommit
        void ofOrders(Change<Order> change) {
            changes.add(change);
        }

        @ReliableAfterCreate
        void ofParcels(Change<Parcel> change) {
            found.add(change.resourceId() + " " + change.resource().orElseThrow().kind);
            changes.add(change);
        }

        @ReliableAfterCommit
        void ofVehicles(Change<Vehicle> change) {
            changes.add(change);
        }

        /** Fails once, after it has written. */
        @ReliableAfterUpdate(condition = "current['state'] == 'pack'")
        @Transactional
        public void pack(Change<Order> change) {
            var parcel = new Parcel();
            parcel.number = "P-" + change.resourceId();
            entities.persist(parcel);
            entities.flush();
            if (!found.contains("failed")) {
                found.add("failed");
                throw new IllegalStateException("not yet");
            }
        }
    }
}
