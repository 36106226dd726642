package dev.lanekeeper.operations;

import dev.lanekeeper.setting.SettingName;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A change of a setting as it stands in the history.
 *
 * @param oldValue {@code null} when the property counted
 * @param newValue {@code null} when the property counts again
 * @param reason in the person's words; {@code null} for none
 */
public record SettingChange(
        SettingName name,
        @Nullable String oldValue,
        @Nullable String newValue,
        String changedBy,
        @Nullable String reason,
        Instant changedAt) {}
