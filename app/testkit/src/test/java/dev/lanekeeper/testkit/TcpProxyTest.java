package dev.lanekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TcpProxyTest {

    private final PostgresServer server = PostgresServer.shared();
    private final TcpProxy proxy = TcpProxy.to(server.port());
    private final PostgresDatabase database = new PostgresDatabase(server.port(), "postgres").through(proxy);

    @AfterEach
    void closeProxy() {
        proxy.close();
    }

    @Test
    void passesBytesBothWays() throws Exception {
        try (var connection = database.dataSource().getConnection()) {
            assertThat(length(connection, "SELECT repeat('x', 1000000)")).isEqualTo(1_000_000);
        }
    }

    @Test
    void breaksConnectionsAndRefusesNewOnesWhileItIsCut() throws Exception {
        try (var connection = database.dataSource().getConnection()) {
            proxy.cut();

            assertThatThrownBy(() -> length(connection, "SELECT 'x'")).isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> database.dataSource().getConnection()).hasMessageContaining("refused");
        }
        proxy.heal();
        assertThat(database.answers()).isTrue();
    }

    @Test
    void passesNothingWhileItIsStalledAndEverythingAfterwards() throws Exception {
        try (var connection = database.dataSource().getConnection()) {
            proxy.stall();
            var asked = later(() -> length(connection, "SELECT 'abc'"));
            var connected = later(database::answers);

            assertThatThrownBy(() -> asked.get(300, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            assertThat(connected).isNotDone();

            proxy.heal();
            assertThat(asked.get(10, TimeUnit.SECONDS)).isEqualTo(3);
            assertThat(connected.get(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void passesAnswersOnlyAfterItsDelay() throws Exception {
        try (var connection = database.dataSource().getConnection()) {
            proxy.delay(Duration.ofSeconds(30));
            var asked = later(() -> length(connection, "SELECT 'abc'"));
            assertThatThrownBy(() -> asked.get(300, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);

            proxy.heal();
            assertThat(asked.get(10, TimeUnit.SECONDS))
                    .as("what was held back comes")
                    .isEqualTo(3);

            proxy.delay(Duration.ofMillis(200));
            var began = System.nanoTime();
            assertThat(length(connection, "SELECT 'abc'")).isEqualTo(3);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
        }
    }

    @Test
    void staysBetweenABrokerAndItsClients() throws Exception {
        var broker = KafkaBroker.shared();
        try (var front = broker.proxy();
                var admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + front.port()))) {
            var node = admin.describeCluster().controller().get(30, TimeUnit.SECONDS);

            assertThat(node.port()).isEqualTo(front.port());
        }
    }

    private static int length(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1).length();
        }
    }

    private static <T> Future<T> later(Callable<T> call) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return call.call();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }
}
