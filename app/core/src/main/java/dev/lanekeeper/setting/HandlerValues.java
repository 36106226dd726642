package dev.lanekeeper.setting;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What counts for one handler on one node: by its properties, or with what a person has set since.
 *
 * @param flushSize at how many records a consumer stores what it has read
 * @param flushBytes at how many bytes a consumer stores what it has read
 * @param flushInterval how long a record waits at most to be stored; {@code null} when only size and bytes count
 * @param maxRetries how often a failed event is tried again; {@code null} for ever
 * @param retryDecision whether the handler decides itself what is tried again, so that {@code maxRetries} says nothing
 * @param workerShare how many runs of it the node works on at once
 */
public record HandlerValues(
        int flushSize,
        long flushBytes,
        @Nullable Duration flushInterval,
        @Nullable Integer maxRetries,
        boolean retryDecision,
        int workerShare) {

    /** For reading single values. */
    static final HandlerValues ANY = new HandlerValues(1, 1, null, null, false, 1);

    /** The value of one setting as it is shown. */
    public String text(SettingName name) {
        return name.text(this);
    }

    /** These values with those that a person has set; what this release does not understand is left out. */
    HandlerValues with(Map<String, String> valuesByKey) {
        var values = this;
        for (var name : SettingName.values()) {
            var value = valuesByKey.get(name.key());
            values = value == null ? values : values.with(name, value);
        }
        return values;
    }

    private HandlerValues with(SettingName name, String value) {
        try {
            return name.apply(this, value);
        } catch (SettingRefusedException e) {
            // Another release has allowed it, or somebody has written it by hand: the property counts.
            return this;
        }
    }

    HandlerValues withFlushSize(int records) {
        return new HandlerValues(records, flushBytes, flushInterval, maxRetries, retryDecision, workerShare);
    }

    HandlerValues withFlushBytes(long bytes) {
        return new HandlerValues(flushSize, bytes, flushInterval, maxRetries, retryDecision, workerShare);
    }

    HandlerValues withFlushInterval(@Nullable Duration interval) {
        return new HandlerValues(flushSize, flushBytes, interval, maxRetries, retryDecision, workerShare);
    }

    HandlerValues withMaxRetries(@Nullable Integer retries) {
        return new HandlerValues(flushSize, flushBytes, flushInterval, retries, retryDecision, workerShare);
    }

    HandlerValues withWorkerShare(int runs) {
        return new HandlerValues(flushSize, flushBytes, flushInterval, maxRetries, retryDecision, runs);
    }
}
