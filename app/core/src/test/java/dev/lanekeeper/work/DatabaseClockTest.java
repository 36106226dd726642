package dev.lanekeeper.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DatabaseClockTest {

    @Test
    void tellsTheDatabasesTimeAndNotThatOfThisMachine() {
        var clock = new DatabaseClock(database("1 hour"));

        assertThat(Duration.between(Instant.now(), clock.instant()))
                .isBetween(Duration.ofMinutes(59), Duration.ofMinutes(61));
    }

    @Test
    void goesOnByItselfBetweenTwoLooks() {
        var clock = new DatabaseClock(database("1 hour"));
        var before = System.nanoTime();
        var one = clock.instant();
        var other = clock.instant();
        var took = Duration.ofNanos(System.nanoTime() - before);

        assertThat(other).isAfterOrEqualTo(one);
        assertThat(Duration.between(one, other)).isLessThanOrEqualTo(took);
    }

    @Test
    void isNeverAheadOfTheDatabaseHoweverLongAnAnswerTakes() {
        var plain = Corridor.open();
        var clock = new DatabaseClock(new Database(
                plain.dataSource,
                "lanekeeper",
                text -> text.equals("SELECT clock_timestamp()") ? text + " FROM pg_sleep(0.05)" : text));

        for (var look = 0; look < 3; look++) {
            assertThat(clock.instant()).isBeforeOrEqualTo(plain.database.now());
            clock.synchronize();
        }
    }

    @Test
    void followsTheDatabaseWhenItLooksAgain() {
        var shift = "(SELECT make_interval(hours => count(*)::int) FROM lanekeeper.operation)";
        var database = new Database(
                Corridor.open().dataSource,
                "lanekeeper",
                text -> text.equals("SELECT clock_timestamp()") ? "SELECT clock_timestamp() + " + shift : text);
        var clock = new DatabaseClock(database);
        var before = clock.instant();
        new OperationStore(database).write(new OperationStore.Operation("anna", "test", "clock", null, "SHIFTED"));

        assertThat(Duration.between(before, clock.instant())).isLessThan(Duration.ofMinutes(30));
        clock.synchronize();
        assertThat(Duration.between(before, clock.instant())).isGreaterThan(Duration.ofMinutes(30));
    }

    private static Database database(String ahead) {
        return new Database(
                Corridor.open().dataSource,
                "lanekeeper",
                text -> text.equals("SELECT clock_timestamp()") ? text + " + interval '" + ahead + "'" : text);
    }
}
