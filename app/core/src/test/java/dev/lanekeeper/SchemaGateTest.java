package dev.lanekeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.zaxxer.hikari.HikariDataSource;
import dev.lanekeeper.api.LanekeeperConfigurationException;
import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.dispatch.TestNode;
import dev.lanekeeper.handler.Handlers;
import dev.lanekeeper.testkit.Ports;
import dev.lanekeeper.testkit.PostgresDatabase;
import dev.lanekeeper.testkit.PostgresServer;
import dev.lanekeeper.work.Seal;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class SchemaGateTest {

    private static final AtomicInteger DATABASES = new AtomicInteger();

    private final PostgresDatabase database =
            PostgresServer.shared().createDatabase("gate_" + DATABASES.incrementAndGet());

    @Test
    void letsAFittingDatabasePassAndTakesAsManyWorkersAsItsPoolHasRoomFor() {
        try (var pool = pool(10)) {
            var installed = gate(Map.of()).pass(pool);

            assertThat(installed.workers()).isEqualTo(4);
            assertThat(installed.mark()).isNotNull();
        }
    }

    @Test
    void saysThatThereIsNoDataSource() {
        assertThat(refusal(Map.of(), null))
                .singleElement()
                .satisfies(problem -> assertThat(problem.what()).contains("none"));
    }

    @Test
    void saysThatNobodyListensAtTheAddress() {
        var nowhere = new DriverManagerDataSource("jdbc:postgresql://127.0.0.1:" + Ports.free() + "/shop", "shop", "");

        assertThat(refusal(Map.of(), nowhere)).singleElement().satisfies(problem -> {
            assertThat(problem.where()).isEqualTo("spring.datasource.url");
            assertThat(problem.what()).contains("cannot be reached").contains("refused");
            assertThat(problem.action()).contains("Start it");
        });
    }

    @Test
    void refusesAServerThatIsTooOld() {
        assertThat(refusal(Map.of(), new Claiming(database.dataSource(), "PostgreSQL", 14)))
                .singleElement()
                .satisfies(problem -> assertThat(problem.action()).contains("PostgreSQL 15 or newer"));
    }

    @Test
    void refusesAnotherProduct() {
        assertThat(refusal(Map.of(), new Claiming(database.dataSource(), "MySQL", 9)))
                .singleElement()
                .satisfies(problem -> assertThat(problem.what()).contains("leads to MySQL"));
    }

    @Test
    void saysWhichRightTheUserLacks() {
        var role = "poor_" + database.name();
        JdbcClient.create(database.dataSource())
                .sql("CREATE ROLE " + role + " LOGIN")
                .update();
        var poor = new DriverManagerDataSource(database.jdbcUrl(), role, "");

        assertThat(refusal(Map.of(), poor)).singleElement().satisfies(problem -> {
            assertThat(problem.where()).isEqualTo("lanekeeper.schema");
            assertThat(problem.what()).contains("permission denied");
            assertThat(problem.action()).contains("GRANT CREATE ON DATABASE");
        });
    }

    @Test
    void refusesASchemaThatHasNotBeenBroughtToThisReleaseWhenItMayOnlyValidate() {
        assertThat(refusal(Map.of("lanekeeper.schema.manage", "validate"), database.dataSource()))
                .singleElement()
                .satisfies(problem -> assertThat(problem.what()).contains("manage=validate"));
    }

    @Test
    void refusesASchemaThatBelongsToAnotherApplication() {
        gate(Map.of("lanekeeper.application", "shop")).pass(database.dataSource());

        assertThat(refusal(Map.of("lanekeeper.application", "billing"), database.dataSource()))
                .singleElement()
                .satisfies(
                        problem -> assertThat(problem.what()).contains("'shop'").contains("'billing'"));
    }

    private List<Problem> refusal(Map<String, String> properties, @Nullable DataSource dataSource) {
        var gate = gate(properties);
        return catchThrowableOfType(LanekeeperConfigurationException.class, () -> gate.pass(dataSource))
                .getProblems();
    }

    private static SchemaGate gate(Map<String, String> properties) {
        var environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new MapPropertySource("test", new HashMap<>(properties)));
        var handlers = new Handlers(List.of(TestNode.handler("orders", context -> Outcome.ack())));
        return new SchemaGate(new PropertiesReader(environment).read().properties(), handlers, Seal.NONE);
    }

    private HikariDataSource pool(int connections) {
        var pool = new HikariDataSource();
        pool.setJdbcUrl(database.jdbcUrl());
        pool.setUsername(database.username());
        pool.setMaximumPoolSize(connections);
        return pool;
    }

    /** A server that says of itself what the test wants. */
    private static final class Claiming extends DelegatingDataSource {

        private final String product;
        private final int major;

        Claiming(DataSource real, String product, int major) {
            super(real);
            this.product = product;
            this.major = major;
        }

        @Override
        public Connection getConnection() throws SQLException {
            return Answers.of(Connection.class, super.getConnection())
                    .with(
                            "getMetaData",
                            connection -> Answers.of(DatabaseMetaData.class, connection.getMetaData())
                                    .with("getDatabaseProductName", metaData -> product)
                                    .with("getDatabaseMajorVersion", metaData -> major)
                                    .proxy())
                    .proxy();
        }
    }
}
