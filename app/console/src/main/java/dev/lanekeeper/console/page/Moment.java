package dev.lanekeeper.console.page;

/**
 * One time as pages show it, always both ways.
 *
 * @param machine ISO 8601 in UTC, for {@code datetime}
 * @param exact ISO 8601 with the offset of the console's zone
 * @param relative to when the page was made, such as {@code 3 min ago}
 */
public record Moment(String machine, String exact, String relative) {}
