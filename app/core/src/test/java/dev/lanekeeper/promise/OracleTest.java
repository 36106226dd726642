package dev.lanekeeper.promise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.testkit.PostgresServer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class OracleTest {

    private final JdbcClient jdbc =
            JdbcClient.create(PostgresServer.shared().createDatabase("oracle").dataSource());
    private final Journal journal = new Journal();
    private final Oracle oracle = new Oracle(jdbc, journal);

    @BeforeEach
    void everythingProducedIsThereOnceAndInOrder() {
        Oracle.createTable(jdbc);
        for (var number = 1; number <= 5; number++) {
            for (var resource : new String[] {"a", "b"}) {
                journal.acknowledged(resource, number);
                leave(resource, number);
            }
        }
    }

    @Test
    void isContentWhenNothingIsWrong() {
        assertThat(oracle.faultsOfExactlyOnce("h")).isEmpty();
        assertThat(oracle.faultsOfAtLeastOnce("h", 0)).isEmpty();
    }

    @Test
    void findsAPlantedLoss() {
        jdbc.sql("DELETE FROM effect WHERE resource = 'a' AND number = 3").update();

        assertThat(oracle.faultsOfExactlyOnce("h")).containsExactly("h a: 1 of 5 are missing: [3]");
        assertThat(oracle.faultsOfAtLeastOnce("h", 100)).containsExactly("h a: 1 of 5 are missing: [3]");
    }

    @Test
    void findsAPlantedLossOfAWholeResource() {
        jdbc.sql("DELETE FROM effect WHERE resource = 'b'").update();

        assertThat(oracle.faultsOfExactlyOnce("h")).containsExactly("h b: 5 of 5 are missing: [1, 2, 3, 4, 5]");
    }

    @Test
    void findsAPlantedDouble() {
        leave("b", 2);

        assertThat(oracle.faultsOfExactlyOnce("h"))
                .containsExactly("h: 1 effects are there again, allowed are 0: [b [2]]");
        assertThat(oracle.faultsOfAtLeastOnce("h", 1)).isEmpty();
        assertThat(oracle.repeats("h")).isOne();
    }

    @Test
    void findsAPlantedSwap() {
        jdbc.sql("UPDATE effect SET number = 7 - number WHERE resource = 'a' AND number IN (3, 4)")
                .update();

        assertThat(oracle.faultsOfExactlyOnce("h")).containsExactly("h a: 4 came where 3 should have come");
        assertThat(oracle.faultsOfAtLeastOnce("h", 100)).containsExactly("h a: 4 came where 3 should have come");
    }

    @Test
    void findsWhatNobodyProducedUnlessTheBrokerLeftItInDoubt() {
        leave("a", 6);
        leave("c", 1);
        journal.doubtful("a", 6);

        assertThat(oracle.faultsOfExactlyOnce("h")).containsExactly("h c: nobody produced [1]");
    }

    private void leave(String resource, long number) {
        jdbc.sql("INSERT INTO effect (handler, resource, number) VALUES ('h', ?, ?)")
                .param(resource)
                .param(number)
                .update();
    }
}
