package dev.lanekeeper.console.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.console.page.LineChart.Series;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ShownTest {

    private static final Instant NOW = Instant.parse("2026-03-29T01:30:00.5Z");

    private final Times times = new Times(() -> Clock.fixed(NOW, ZoneOffset.UTC), ZoneId.of("Europe/Berlin"));

    @Test
    void timesAreExactWithTheirOffsetAndRelative() {
        var moment = times.moment(NOW.minusSeconds(3 * 3600));

        assertThat(moment)
                .isEqualTo(new Moment("2026-03-28T22:30:00.500Z", "2026-03-28T23:30:00.500+01:00", "3 h ago"));
        assertThat(times.moment(NOW.plusSeconds(90)).exact()).endsWith("+02:00");
        assertThat(times.moment(NOW.plusSeconds(90)).relative()).isEqualTo("in 90 s");
        assertThat(times.moment(NOW).relative()).isEqualTo("now");
        assertThat(times.moment(null)).isNull();
    }

    @Test
    void durationsHaveThreeDigitsThatCount() {
        assertThat(List.of(840L, 12_600L, 151_900L, 1_520_000L, 75_000_000L, 600_000_000L))
                .map(micros -> Times.precise(Duration.ofNanos(micros * 1_000)))
                .containsExactly("0.84 ms", "12.6 ms", "152 ms", "1.52 s", "75.0 s", "10 min");
    }

    @Test
    void numbersAreShort() {
        assertThat(Numbers.capped(9_999, 10_000)).isEqualTo("9,999");
        assertThat(Numbers.capped(10_000, 10_000)).isEqualTo("10,000+");
        assertThat(Numbers.rate(0.004)).isEqualTo("< 0.01");
        assertThat(Numbers.rate(3104.4)).isEqualTo("3,104");
        assertThat(Numbers.bytes(8 << 20)).isEqualTo("8 MiB");
        assertThat(Numbers.bytes(1536)).isEqualTo("1.5 KiB");
    }

    @Test
    void aLineGoesFromTheBottomToTheTop() {
        var line = Sparkline.of(List.of(0, 5, 10), "three", "");

        assertThat(line.line()).isEqualTo("M0.0 35.0L120.0 18.0L240.0 1.0");
        assertThat(line.area()).startsWith(line.line()).endsWith("Z");
        assertThat(Sparkline.of(List.of(0, 0), "none", "").line()).isEqualTo("M0.0 35.0L240.0 35.0");
    }

    @Test
    void aChartLeavesGapsOpenAndShowsWhatStandsAlone() {
        var values =
                new TreeMap<>(Map.of(0, Duration.ofMillis(1), 1, Duration.ofMillis(10), 3, Duration.ofMillis(100)));

        var chart = LineChart.of(List.of(new Series("p50", values)), 4, List.of("a", "b"), "label");

        assertThat(chart.lines())
                .singleElement()
                .satisfies(line -> assertThat(line.path()).matches("M[\\d. ]+L[\\d. ]+M[\\d. ]+"));
        assertThat(chart.dots()).hasSize(1);
        assertThat(chart.grid()).extracting(LineChart.Rule::text).containsExactly("1 ms", "10 ms", "100 ms");
    }
}
