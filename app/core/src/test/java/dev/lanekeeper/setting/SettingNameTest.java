package dev.lanekeeper.setting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingNameTest {

    private static final HandlerValues PROPERTIES =
            new HandlerValues(500, 8 << 20, Duration.ofMillis(50), 3, false, 12);

    @ParameterizedTest
    @CsvSource({
        "FLUSH_SIZE, 1, 1",
        "FLUSH_SIZE, ' 10000 ', 10000",
        "FLUSH_BYTES, 1kb, 1KB",
        "FLUSH_BYTES, 2048 B, 2KB",
        "FLUSH_BYTES, 1024KB, 1MB",
        "FLUSH_BYTES, 64MB, 64MB",
        "FLUSH_BYTES, 1025B, 1025B",
        "FLUSH_INTERVAL, 1ms, 1ms",
        "FLUSH_INTERVAL, 2000 ms, 2s",
        "FLUSH_INTERVAL, 1M, 60s",
        "FLUSH_INTERVAL, OFF, off",
        "MAX_RETRIES, 0, 0",
        "MAX_RETRIES, 007, 7",
        "MAX_RETRIES, 10000, 10000",
        "MAX_RETRIES, Unlimited, unlimited",
        "WORKER_SHARE, 1, 1",
        "WORKER_SHARE, 1000, 1000",
    })
    void keepsAValueInOneForm(SettingName name, String written, String kept) {
        assertThat(name.canonical(written)).isEqualTo(kept);
        assertThat(name.text(PROPERTIES.with(Map.of(name.key(), kept)))).isEqualTo(kept);
    }

    @ParameterizedTest
    @CsvSource({
        "FLUSH_SIZE, 0",
        "FLUSH_SIZE, -1",
        "FLUSH_SIZE, many",
        "FLUSH_SIZE, 10000000",
        "FLUSH_SIZE, 99999999999999999999",
        "FLUSH_SIZE, 1.5",
        "FLUSH_SIZE, ''",
        "FLUSH_BYTES, 0",
        "FLUSH_BYTES, -1",
        "FLUSH_BYTES, many",
        "FLUSH_BYTES, 10000000",
        "FLUSH_BYTES, 1023B",
        "FLUSH_BYTES, 10000000MB",
        "FLUSH_BYTES, 65MB",
        "FLUSH_INTERVAL, 0",
        "FLUSH_INTERVAL, 0ms",
        "FLUSH_INTERVAL, -1",
        "FLUSH_INTERVAL, -1ms",
        "FLUSH_INTERVAL, soon",
        "FLUSH_INTERVAL, 10000000",
        "FLUSH_INTERVAL, 10000000s",
        "FLUSH_INTERVAL, 61s",
        "MAX_RETRIES, -1",
        "MAX_RETRIES, often",
        "MAX_RETRIES, 10000000",
        "WORKER_SHARE, 0",
        "WORKER_SHARE, -1",
        "WORKER_SHARE, all",
        "WORKER_SHARE, 10000000",
    })
    void saysWhichValuesAreAllowed(SettingName name, String written) {
        assertThatThrownBy(() -> name.canonical(written))
                .isInstanceOf(SettingRefusedException.class)
                .hasMessage("%s cannot be \"%s\": write %s".formatted(name.key(), written, name.allowed()))
                .hasMessageMatching(".*(from \\d+\\w* to \\d+\\w*).*");
    }

    @ParameterizedTest
    @CsvSource({"FLUSH_SIZE, 0", "FLUSH_INTERVAL, soon", "MAX_RETRIES, -1"})
    void whatWasWrittenByHandInTheDatabaseAndIsNotAllowedLeavesTheProperty(SettingName name, String written) {
        assertThat(PROPERTIES.with(Map.of(name.key(), written, "no-such-setting", "1")))
                .isEqualTo(PROPERTIES);
    }
}
