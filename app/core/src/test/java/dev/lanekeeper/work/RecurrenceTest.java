package dev.lanekeeper.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** When what recurs is due. */
class RecurrenceTest {

    @Test
    void isMeantInItsTimeZone() {
        assertThat(next("0 0 3 * * *", "Europe/Berlin", "2026-01-01T00:00:00Z")).isEqualTo("2026-01-01T02:00:00Z");
        assertThat(next("0 0 3 * * *", "Europe/Berlin", "2026-07-01T00:00:00Z")).isEqualTo("2026-07-01T01:00:00Z");
    }

    @Test
    void leavesOutATimeThatADayDoesNotHave() {
        assertThat(next("0 30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z"))
                .isEqualTo("2026-03-30T00:30:00Z");
    }

    @Test
    void comesTwiceAtATimeThatADayHasTwice() {
        var recurrence = Recurrence.of("0 30 2 * * *", "Europe/Berlin");
        assertThat(Stream.iterate(Instant.parse("2026-10-24T12:00:00Z"), recurrence::after)
                        .skip(1)
                        .limit(3))
                .containsExactly(
                        Instant.parse("2026-10-25T00:30:00Z"),
                        Instant.parse("2026-10-25T01:30:00Z"),
                        Instant.parse("2026-10-26T01:30:00Z"));
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThatThrownBy(() -> Recurrence.of("0 0 0 31 2 *", "UTC")).hasMessageContaining("this one never does");
        assertThatThrownBy(() -> Recurrence.of("often", "UTC")).hasMessageContaining("Write second, minute, hour");
        assertThatThrownBy(() -> Recurrence.zoneId("Moon")).hasMessageContaining("Write a time zone");
    }

    private static Instant next(String cron, String zone, String after) {
        return Recurrence.of(cron, zone).after(Instant.parse(after));
    }
}
