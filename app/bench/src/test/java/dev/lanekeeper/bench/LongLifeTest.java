package dev.lanekeeper.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.testkit.PostgresServer;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.Schema;
import java.util.List;
import org.junit.jupiter.api.Test;

class LongLifeTest {

    @Test
    void fillsTheTablesThatTheProductHasNow() {
        try (var server = PostgresServer.create()) {
            var database = server.createDatabase("long_life");
            new Schema(new Database(database.dataSource(), "lanekeeper")).migrate();

            new LongLife(database, ConsoleOptions.parse(List.of("--items", "2000", "--failures", "100"))).live();

            assertThat(Sql.number(database.dataSource(), "SELECT count(*) FROM lanekeeper.outcome"))
                    .isEqualTo(2_000);
            assertThat(Sql.number(database.dataSource(), "SELECT sum(failed) FROM lanekeeper.tally"))
                    .isEqualTo(100);
            assertThat(Sql.number(database.dataSource(), "SELECT sum(waiting) FROM lanekeeper.lane"))
                    .isEqualTo(Sql.number(database.dataSource(), "SELECT count(*) FROM lanekeeper.lane_item"));
        }
    }
}
