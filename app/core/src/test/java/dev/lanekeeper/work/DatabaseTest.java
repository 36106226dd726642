package dev.lanekeeper.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
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

    private static DataAccessResourceFailureException failure(String sqlState) {
        return new DataAccessResourceFailureException("tried", new SQLException("failed", sqlState));
    }
}
