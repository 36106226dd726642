package dev.lanekeeper.setting;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.unit.DataSize;

/** What a person may set for one handler while it runs, and which values are allowed. */
public enum SettingName {
    /** At how many records a consumer stores what it has read. */
    FLUSH_SIZE("a whole number from 1 to 10000") {
        @Override
        HandlerValues apply(HandlerValues to, String value) {
            return to.withFlushSize((int) whole(value, 1, 10_000));
        }

        @Override
        String text(HandlerValues values) {
            return Integer.toString(values.flushSize());
        }
    },

    /** At how many bytes a consumer stores what it has read. */
    FLUSH_BYTES("a size from 1KB to 64MB, such as 512KB or 8MB") {
        @Override
        HandlerValues apply(HandlerValues to, String value) {
            return to.withFlushBytes(size(value, 1 << 10, 64 << 20));
        }

        @Override
        String text(HandlerValues values) {
            return inWords(values.flushBytes());
        }
    },

    /** How long a record waits at most to be stored. */
    FLUSH_INTERVAL("a duration from 1ms to 60s, such as 50ms or 2s, or off") {
        @Override
        HandlerValues apply(HandlerValues to, String value) {
            var isOff = value.toLowerCase(Locale.ROOT).equals("off");
            return to.withFlushInterval(isOff ? null : duration(value, Duration.ofMillis(1), Duration.ofMinutes(1)));
        }

        @Override
        String text(HandlerValues values) {
            var interval = values.flushInterval();
            return interval == null ? "off" : inWords(interval);
        }
    },

    /** How often a failed event is tried again; an event whose retries were used up before stays a failure. */
    MAX_RETRIES("a whole number from 0 to 10000, or unlimited") {
        @Override
        HandlerValues apply(HandlerValues to, String value) {
            var isUnlimited = value.toLowerCase(Locale.ROOT).equals("unlimited");
            return to.withMaxRetries(isUnlimited ? null : (Integer) (int) whole(value, 0, 10_000));
        }

        @Override
        String text(HandlerValues values) {
            if (values.retryDecision()) {
                return "the handler's retry decision";
            }
            var maxRetries = values.maxRetries();
            return maxRetries == null ? "unlimited" : maxRetries.toString();
        }
    },

    /** How many runs of the handler a node works on at once; what the property calls {@code max-runs}. */
    WORKER_SHARE("a whole number from 1 to 1000") {
        @Override
        HandlerValues apply(HandlerValues to, String value) {
            return to.withWorkerShare((int) whole(value, 1, 1_000));
        }

        @Override
        String text(HandlerValues values) {
            return Integer.toString(values.workerShare());
        }
    };

    private static final Pattern WHOLE = Pattern.compile("\\d{1,9}");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})\\s*(B|KB|MB)");
    private static final Pattern DURATION = Pattern.compile("\\d{1,9}\\s*(ms|s|m)");

    private final String allowed;

    SettingName(String allowed) {
        this.allowed = allowed;
    }

    /** As it is written in the database, in JSON and in a form: {@code flush-size}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Which values may be set, in words. */
    public String allowed() {
        return allowed;
    }

    public static Optional<SettingName> of(String key) {
        return Stream.of(values()).filter(name -> name.key().equals(key)).findFirst();
    }

    /** The same values with this one read from text. */
    abstract HandlerValues apply(HandlerValues to, String value);

    abstract String text(HandlerValues values);

    /**
     * The value as it is kept and shown.
     *
     * @throws SettingRefusedException with words for the person who wrote it
     */
    public String canonical(String value) {
        return text(apply(HandlerValues.ANY, value.strip()));
    }

    /** How many bytes a canonical value of {@link #FLUSH_BYTES} is. */
    public long bytes(String canonical) {
        return apply(HandlerValues.ANY, canonical).flushBytes();
    }

    SettingRefusedException refused(@Nullable String value) {
        var shown = value == null || value.length() <= 40 ? value : value.substring(0, 40) + "...";
        return new SettingRefusedException("%s cannot be \"%s\": write %s".formatted(key(), shown, allowed));
    }

    long whole(String value, long least, long most) {
        return WHOLE.matcher(value).matches() ? within(value, Long.parseLong(value), least, most) : fail(value);
    }

    long size(String value, long least, long most) {
        var matcher = SIZE.matcher(value.toUpperCase(Locale.ROOT));
        return matcher.matches() ? within(value, bytes(matcher), least, most) : fail(value);
    }

    private static long bytes(Matcher matcher) {
        return DataSize.parse(matcher.group(1) + matcher.group(2)).toBytes();
    }

    Duration duration(String value, Duration least, Duration most) {
        var text = value.toLowerCase(Locale.ROOT).replace(" ", "");
        var millis = DURATION.matcher(text).matches()
                ? DurationStyle.SIMPLE.parse(text).toMillis()
                : fail(value);
        return Duration.ofMillis(within(value, millis, least.toMillis(), most.toMillis()));
    }

    private long within(String value, long number, long least, long most) {
        return number >= least && number <= most ? number : fail(value);
    }

    private long fail(String value) {
        throw refused(value);
    }

    private static String inWords(long bytes) {
        if (bytes % (1 << 20) == 0) {
            return (bytes >> 20) + "MB";
        }
        return bytes % (1 << 10) == 0 ? (bytes >> 10) + "KB" : bytes + "B";
    }

    private static String inWords(Duration duration) {
        return duration.toMillis() % 1_000 == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }
}
