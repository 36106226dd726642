package dev.lanekeeper.console.page;

import org.jspecify.annotations.Nullable;

/**
 * Where further rows are, by the key of the last one shown; never by counting.
 *
 * @param newer the address of the rows before, or {@code null}; begins with the console's base
 * @param older the address of the rows behind, or {@code null}
 * @param shown what is shown, such as {@code 50 rows}
 */
public record Paging(@Nullable String newer, @Nullable String older, String shown) {}
