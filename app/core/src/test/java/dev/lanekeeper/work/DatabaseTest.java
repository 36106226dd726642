package dev.lanekeeper.work;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.lanekeeper.testkit.PostgresServer;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessResourceFailureException;

class DatabaseTest {

    @ParameterizedTest
    @ValueSource(strings = {"08006", "57P01", "57014", "53300", "25P03", "25006", "28P01"})
    void isAwayWhenTheSameStatementMaySucceedLater(String sqlState) {
        assertThat(Database.isAway(failure(sqlState))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"22021", "23505", "42P01", "40001"})
    void isThereWhenItRefusesOrAsksForARepetition(String sqlState) {
        assertThat(Database.isAway(failure(sqlState))).isFalse();
    }

    @Test
    void readsWhatIsCommittedWhateverThePoolsDefaultIsAndBecomes() {
        var server = PostgresServer.shared().createDatabase("isolation");
        try (var pool = new HikariDataSource()) {
            pool.setJdbcUrl(server.jdbcUrl());
            pool.setUsername(server.username());
            pool.setMaximumPoolSize(1);
            var database = new Database(pool, "lanekeeper");
            assertThat(isolationInside(database)).isEqualTo("read committed");

            database.sql("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE")
                    .update();
            assertThat(isolationInside(database)).as("changed meanwhile").isEqualTo("read committed");
            assertThat(isolationInside(new Database(pool, "lanekeeper")))
                    .as("serializable from the start")
                    .isEqualTo("read committed");
        }
    }

    private static String isolationInside(Database database) {
        return database.inTransaction(() -> {
            database.guardLanes();
            return database.sql("SHOW transaction_isolation")
                    .query(String.class)
                    .single();
        });
    }

    private static DataAccessResourceFailureException failure(String sqlState) {
        return new DataAccessResourceFailureException("tried", new SQLException("failed", sqlState));
    }
}
