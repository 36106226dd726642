package dev.lanekeeper.console.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NewDueTimeTest {

    private static final Instant NOW = Instant.parse("2026-11-22T04:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "2026-11-22T04:19Z, 2026-11-22T04:19:00Z",
        "2026-11-22T06:19:01.123+02:00, 2026-11-22T04:19:01.123Z",
        "' 90s ', 2026-11-22T04:01:30Z",
        "3h, 2026-11-22T07:00:00Z",
        "PT15M, 2026-11-22T04:15:00Z",
        "0s, 2026-11-22T04:00:00Z"
    })
    void isATimeOrHowLongFromNow(String typed, Instant expected) {
        assertThat(NewDueTime.parse(typed, NOW)).isEqualTo(expected);
    }

    @Test
    void isNowForATimeThatHasPassed() {
        assertThat(NewDueTime.parse("2020-01-01T00:00Z", NOW)).isEqualTo(NOW);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "5", "-3h", "2026-11-22", "P999999999999999D", "99999999999999999999d"})
    void isRefusedWithWhatMayBeTyped(String typed) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NewDueTime.parse(typed, NOW))
                .withMessageStartingWith("write a time such as 2026-11-22T04:19:01Z");
    }

    @ParameterizedTest
    @ValueSource(strings = {"+10000-01-01T00:00Z", "99999999999d"})
    void isOfThisEra(String typed) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NewDueTime.parse(typed, NOW))
                .withMessageContaining("no later than the year 9999");
    }
}
