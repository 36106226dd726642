package dev.lanekeeper.intake.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LingerTest {

    private static final Duration MOST = Duration.ofMillis(20);

    private long now = 5;
    private Linger linger = new Linger(MOST, now);

    @Test
    void entriesThatComeOneByOneAreMovedAtOnce() {
        movesForASecond(100, 1);

        assertThat(linger.nanosLeft(now)).isZero();
    }

    @Test
    void theMoreComeTheLongerItLingers() {
        movesForASecond(100, 4);

        assertThat(linger.nanosLeft(now)).isBetween(millis(9), millis(11));

        movesForASecond(100, 60);

        assertThat(linger.nanosLeft(now)).isEqualTo(MOST.toNanos());
    }

    @Test
    void whatIsLeftHasGatheredAlready() {
        movesForASecond(100, 60);

        linger.moved(500, true, now);

        assertThat(linger.nanosLeft(now)).isZero();
    }

    @Test
    void afterAPauseTheFirstIsMovedAtOnce() {
        movesForASecond(100, 60);

        now += Duration.ofSeconds(10).toNanos();
        assertThat(linger.nanosLeft(now)).isZero();
        linger.moved(1, false, now);

        assertThat(linger.nanosLeft(now)).isZero();
    }

    @Test
    void zeroIsNotToLinger() {
        linger = new Linger(Duration.ZERO, now);

        movesForASecond(100, 60);

        assertThat(linger.nanosLeft(now)).isZero();
    }

    private void movesForASecond(int moves, int entries) {
        for (var move = 0; move < moves; move++) {
            now += Duration.ofSeconds(1).dividedBy(moves).toNanos();
            linger.moved(entries, false, now);
        }
    }

    private static long millis(int millis) {
        return Duration.ofMillis(millis).toNanos();
    }
}
