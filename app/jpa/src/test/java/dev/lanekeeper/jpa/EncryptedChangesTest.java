package dev.lanekeeper.jpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import dev.lanekeeper.api.change.Change;
import dev.lanekeeper.api.change.ReliableAfterCommit;
import dev.lanekeeper.jpa.Shop.Order;
import dev.lanekeeper.testkit.PostgresServer;
import jakarta.persistence.EntityManagerFactory;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
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
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What is recorded of entities in an application that encrypts its outbox. */
class EncryptedChangesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void lieInTheDatabaseAsNobodyCanReadThemAndReachTheCallbackAsTheyWere() throws GeneralSecurityException {
        try (var application = start()) {
            var entities = SharedEntityManagerCreator.createSharedEntityManager(
                    application.getBean(EntityManagerFactory.class));
            var transactions = new TransactionTemplate(application.getBean(PlatformTransactionManager.class));
            var changes = application.getBean(Follower.class).changes;

            transactions.executeWithoutResult(status -> {
                var order = new Order("o-1", 1);
                order.address.street = "Hidden Lane";
                entities.persist(order);
            });
            transactions.executeWithoutResult(
                    status -> entities.find(Order.class, "o-1").address.street = "Main Street");

            await().atMost(PATIENCE).until(() -> changes.size() == 2);
            assertThat(changes.get(0).current().get("address"))
                    .isEqualTo(Map.of("street", "Hidden Lane", "town", "Ghent"));
            assertThat(changes.get(1).previous().get("address"))
                    .isEqualTo(Map.of("street", "Hidden Lane", "town", "Ghent"));
            var jdbc = application.getBean(JdbcClient.class);
            assertThat(jdbc.sql("SELECT convert_from(payload, 'UTF8') FROM lanekeeper.work_item WHERE key_id = 42")
                            .query(String.class)
                            .list())
                    .hasSize(2)
                    .allSatisfy(payload -> assertThat(payload)
                            .contains("o-1")
                            .doesNotContain("Hidden")
                            .doesNotContain("street"));
            await().atMost(PATIENCE)
                    .until(() -> jdbc.sql("SELECT count(*) FROM lanekeeper.lane_item")
                                    .query(Integer.class)
                                    .single()
                            == 0);
        }
    }

    private static ConfigurableApplicationContext start() throws GeneralSecurityException {
        var database = PostgresServer.shared().createDatabase("encrypted_entities");
        return new SpringApplicationBuilder(Application.class)
                .properties(
                        "spring.datasource.url=" + database.jdbcUrl(),
                        "spring.datasource.username=" + database.username(),
                        "spring.jpa.hibernate.ddl-auto=create",
                        "spring.main.banner-mode=off",
                        "spring.main.web-application-type=none",
                        "lanekeeper.workers=2",
                        "lanekeeper.encryption.keyset=" + keyset(),
                        "lanekeeper.encryption.outbox=true")
                .run();
    }

    private static String keyset() throws GeneralSecurityException {
        AeadConfig.register();
        var keyset = KeysetHandle.newBuilder()
                .addEntry(KeysetHandle.generateEntryFromParameters(PredefinedAeadParameters.AES256_GCM)
                        .withFixedId(42)
                        .makePrimary())
                .build();
        return TinkJsonProtoKeysetFormat.serializeKeyset(keyset, InsecureSecretKeyAccess.get());
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Follower.class)
    static class Application {

        @Bean
        PersistenceManagedTypes persistenceManagedTypes() {
            return Shop.entities();
        }
    }

    static class Follower {

        final List<Change<?>> changes = new CopyOnWriteArrayList<>();

        @ReliableAfterCommit
        void follow(Change<Order> change) {
            changes.add(change);
        }
    }
}
