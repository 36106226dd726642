package dev.lanekeeper.console.handlers;

import dev.lanekeeper.console.page.Moment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One handler as its page shows it.
 *
 * @param states badges: what it is doing
 * @param settings each with its form
 * @param kafkaProblem why what waits in Kafka is not known; {@code null} when it is
 */
public record HandlerView(
        String name,
        List<StateBadge> states,
        boolean intakePaused,
        boolean processingPaused,
        @Nullable String pausedBy,
        List<Fact> facts,
        List<Fact> flushes,
        List<SettingLine> settings,
        List<PartitionLine> partitions,
        @Nullable String kafkaProblem,
        List<HistoryLine> history) {

    /** A word with its tone. */
    public record StateBadge(String tone, String text) {}

    /** A name and a value. */
    public record Fact(String name, String value, @Nullable Moment at) {

        static Fact of(String name, String value) {
            return new Fact(name, value, null);
        }

        static Fact at(String name, @Nullable Moment moment) {
            return new Fact(name, "", moment);
        }
    }

    /**
     * @param meaning one line on what it does
     * @param allowed which values may be set
     * @param property {@code null} when this node does not have the handler
     * @param console {@code null} when the property counts
     * @param typed what stands in the form
     * @param error what was wrong with what was typed last; {@code null} for nothing
     */
    public record SettingLine(
            String key,
            String meaning,
            String allowed,
            @Nullable String property,
            @Nullable String console,
            @Nullable String changedBy,
            @Nullable Moment changedAt,
            String typed,
            @Nullable String error) {}

    /**
     * @param lag {@code unknown} where it is
     */
    public record PartitionLine(
            String topic,
            int partition,
            @Nullable String node,
            String stored,
            String end,
            String lag,
            String lost,
            @Nullable String stopped) {}

    /** Who did what. */
    public record HistoryLine(
            Moment at,
            String operator,
            String verb,
            String result,
            @Nullable String reason) {}
}
