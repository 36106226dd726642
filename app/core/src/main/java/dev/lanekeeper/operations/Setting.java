package dev.lanekeeper.operations;

import dev.lanekeeper.setting.SettingName;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One setting of a handler.
 *
 * @param propertyValue what the properties of this node say; {@code null} when this node does not have the handler
 * @param consoleValue what a person has set, which wins on every node; {@code null} when the property counts
 * @param changedBy who has set it; {@code null} without a console value
 */
public record Setting(
        SettingName name,
        @Nullable String propertyValue,
        @Nullable String consoleValue,
        @Nullable String changedBy,
        @Nullable Instant changedAt) {}
