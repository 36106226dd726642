package dev.lanekeeper.console.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class BrakeTest {

    private static final String HERE = "192.0.2.1";
    private static final String ELSEWHERE = "192.0.2.2";

    private Instant now = Instant.parse("2026-11-22T04:19:00Z");
    private final Brake brake = new Brake(() -> now);

    @Test
    void letsEachFurtherMistakeWaitTwiceAsLong() {
        mistakes(4, HERE, "ada");
        assertThat(brake.waiting(HERE, "ada")).isZero();

        mistakes(1, HERE, "ada");
        assertThat(brake.waiting(HERE, "ada")).isEqualTo(Duration.ofSeconds(1));
        now = now.plusSeconds(1);
        assertThat(brake.waiting(HERE, "ada")).isZero();

        mistakes(1, HERE, "ada");
        assertThat(brake.waiting(HERE, "ada")).isEqualTo(Duration.ofSeconds(2));
        mistakes(30, HERE, "ada");
        assertThat(brake.waiting(HERE, "ada")).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void locksNobodyOutWhoComesFromElsewhere() {
        mistakes(40, HERE, "ada");

        assertThat(brake.waiting(ELSEWHERE, "ada")).isZero();
        assertThat(brake.waiting(HERE, "vera")).isZero();
    }

    @Test
    void countsAnAddressThatTriesOneNameAfterTheOther() {
        for (var n = 0; n < 50; n++) {
            mistakes(1, HERE, "name" + n);
        }

        assertThat(brake.waiting(HERE, "another")).isPositive();
        assertThat(brake.waiting(ELSEWHERE, "another")).isZero();
    }

    @Test
    void forgivesWithTheRightPasswordAndWithTime() {
        mistakes(4, HERE, "ada");
        brake.right(HERE, "ada");
        mistakes(4, HERE, "ada");
        assertThat(brake.waiting(HERE, "ada")).isZero();

        now = now.plus(Duration.ofMinutes(31));
        mistakes(4, HERE, "ada");
        assertThat(brake.waiting(HERE, "ada")).isZero();
    }

    private void mistakes(int number, String address, String name) {
        for (var n = 0; n < number; n++) {
            brake.wrong(address, name);
        }
    }
}
