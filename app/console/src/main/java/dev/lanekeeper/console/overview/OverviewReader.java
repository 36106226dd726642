package dev.lanekeeper.console.overview;

import dev.lanekeeper.console.lag.Lag;
import dev.lanekeeper.console.lag.LagWatch;
import dev.lanekeeper.console.overview.Overview.HandlerLine;
import dev.lanekeeper.console.overview.OverviewSearch.HandlerRow;
import dev.lanekeeper.console.overview.OverviewSearch.Minute;
import dev.lanekeeper.console.overview.OverviewSearch.Parked;
import dev.lanekeeper.console.page.Background.Seen;
import dev.lanekeeper.console.page.Figure;
import dev.lanekeeper.console.page.Numbers;
import dev.lanekeeper.console.page.Sparkline;
import dev.lanekeeper.console.page.Times;
import dev.lanekeeper.work.BacklogSearch;
import dev.lanekeeper.work.Database;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Puts the overview together. */
public final class OverviewReader {

    private final OverviewSearch search;
    private final BacklogSearch backlog;
    private final LagWatch lags;
    private final ConservationWatch conservation;
    private final Alerts alerts;
    private final Times times;

    public OverviewReader(
            Database database, LagWatch lags, ConservationWatch conservation, Alerts alerts, Times times) {
        this.search = new OverviewSearch(database);
        this.backlog = new BacklogSearch(database);
        this.lags = lags;
        this.conservation = conservation;
        this.alerts = alerts;
        this.times = times;
    }

    /** What was read, all at about the same time. */
    record Facts(
            Instant now,
            List<HandlerRow> handlers,
            Map<Integer, Long> waiting,
            Map<Integer, Long> parked,
            OverviewSearch.@Nullable Oldest oldest,
            OverviewSearch.Nodes nodes,
            LastHour hour,
            Seen<Lag> lag,
            Seen<ConservationWatch.Counted> counted) {

        long sum(ToLongFunction<HandlerRow> value) {
            return handlers.stream().mapToLong(value).sum();
        }

        long waitingInAll() {
            return waiting.values().stream().mapToLong(Long::longValue).sum();
        }

        long parkedInAll() {
            return parked.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    Overview read() {
        var facts = facts();
        return new Overview(
                Objects.requireNonNull(times.moment(facts.now())),
                state(facts),
                alerts.of(facts),
                figures(facts),
                facts.handlers().stream().map(h -> line(facts, h)).toList(),
                ConservationLines.of(facts.counted(), times));
    }

    private Facts facts() {
        var now = times.now();
        return new Facts(
                now,
                search.handlers(now),
                backlog.waiting(),
                search.parked().stream().collect(Collectors.toMap(Parked::handlerId, Parked::lanes)),
                search.oldest().orElse(null),
                search.nodes(),
                new LastHour(search.minutesSince(LastHour.since(now)), now),
                lags.look(),
                conservation.look());
    }

    private static String state(Facts facts) {
        var nodes = facts.nodes();
        return "%s, %s, %s being worked on"
                .formatted(
                        counted(nodes.nodes(), "node"),
                        counted(nodes.workers(), "worker"),
                        nodes.activeLanes() == 1
                                ? "1 lane"
                                : Numbers.capped(nodes.activeLanes(), OverviewSearch.CAP) + " lanes");
    }

    private static String counted(long number, String noun) {
        return Numbers.count(number) + " " + noun + (number == 1 ? "" : "s");
    }

    private List<Figure> figures(Facts facts) {
        var hour = facts.hour();
        return Stream.of(
                        rate("Stored per second", hour, Minute::stored, "stored"),
                        rate("Done per second", hour, Minute::done, "done"),
                        waiting(facts),
                        blocked(facts),
                        failures(facts),
                        inKafka(facts))
                .toList();
    }

    private static Figure rate(String label, LastHour hour, ToLongFunction<Minute> value, String verb) {
        var total = hour.total(value);
        return new Figure(
                label,
                Numbers.rate(hour.perSecond(value)),
                "",
                Numbers.count(total) + " in the last hour",
                null,
                null,
                Sparkline.of(hour.line(value), Numbers.count(total) + " " + verb + " in the last hour", ""));
    }

    private Figure waiting(Facts facts) {
        var oldest = facts.oldest();
        return new Figure(
                "Waiting",
                Numbers.count(facts.waitingInAll()),
                "",
                oldest == null ? "nothing" : "oldest stored",
                oldest == null ? null : times.moment(oldest.storedAt().toInstant()),
                oldest == null ? null : "/events/" + oldest.itemId(),
                Sparkline.of(facts.hour().waiting(facts.waitingInAll()), "Waiting over the last hour", ""));
    }

    private static Figure blocked(Facts facts) {
        var parked = facts.parkedInAll();
        var beside = parked == 0 ? "" : Numbers.capped(parked, OverviewSearch.CAP) + " parked, ";
        var attempts = facts.hour().total(Minute::attempts);
        return new Figure(
                "Blocked lanes",
                Numbers.capped(facts.sum(HandlerRow::blocked), OverviewSearch.CAP),
                "",
                beside + Numbers.count(attempts) + " failed attempts/h",
                null,
                "/lanes?list=blocked",
                Sparkline.of(
                        facts.hour().line(Minute::attempts),
                        Numbers.count(attempts) + " failed attempts in the last hour",
                        attempts == 0 ? "idle" : "warn"));
    }

    private Figure failures(Facts facts) {
        var last = facts.handlers().stream()
                .map(HandlerRow::lastFailure)
                .filter(Objects::nonNull)
                .max((a, b) -> a.compareTo(b))
                .orElse(null);
        return new Figure(
                "Failures",
                Numbers.capped(facts.sum(HandlerRow::failures), OverviewSearch.CAP),
                last == null ? "" : "bad",
                last == null ? "none" : "last",
                last == null ? null : times.moment(last.toInstant()),
                "/failures",
                Sparkline.of(
                        facts.hour().line(Minute::failed),
                        Numbers.count(facts.hour().total(Minute::failed)) + " failed in the last hour",
                        facts.hour().total(Minute::failed) == 0 ? "idle" : "bad"));
    }

    private Figure inKafka(Facts facts) {
        var lag = facts.lag().value();
        var records = lag == null ? null : lag.records();
        var largest = lag == null
                ? 0
                : lag.partitions().stream()
                        .map(Lag.PartitionLag::records)
                        .filter(Objects::nonNull)
                        .mapToLong(Long::longValue)
                        .max()
                        .orElse(0);
        return new Figure(
                "Waiting in Kafka",
                records == null ? "unknown" : Numbers.count(records),
                "",
                records == null ? "Kafka has not answered" : "largest lag " + Numbers.count(largest),
                null,
                "/handlers",
                null);
    }

    private static HandlerLine line(Facts facts, HandlerRow row) {
        var hour = facts.hour().of(row.handlerId());
        var lag = facts.lag().value();
        var records = lag == null ? null : Lag.sum(lag.of(row.name()));
        var parked = facts.parked().getOrDefault(row.handlerId(), 0L);
        return new HandlerLine(
                row.name(),
                tone(row),
                state(row),
                Numbers.rate(hour.perSecond(Minute::stored)),
                Numbers.rate(hour.perSecond(Minute::done)),
                Numbers.count(facts.waiting().getOrDefault(row.handlerId(), 0L)),
                parked == 0
                        ? Numbers.capped(row.blocked(), OverviewSearch.CAP)
                        : Numbers.capped(row.blocked(), OverviewSearch.CAP) + " + " + Numbers.count(parked) + " parked",
                Numbers.capped(row.failures(), OverviewSearch.CAP),
                records == null ? "–" : Numbers.count(records),
                Sparkline.of(
                        hour.line(Minute::done),
                        row.name() + ": " + Numbers.count(hour.total(Minute::done)) + " done in the last hour",
                        ""));
    }

    private static String tone(HandlerRow row) {
        if (row.nodes() == 0) {
            return "bad";
        }
        return row.intakePaused() || row.processingPaused() ? "warn" : "ok";
    }

    private static String state(HandlerRow row) {
        if (row.nodes() == 0) {
            return "no node";
        }
        if (row.intakePaused() && row.processingPaused()) {
            return "paused";
        }
        if (row.intakePaused()) {
            return "intake paused";
        }
        return row.processingPaused() ? "processing paused" : "running";
    }
}
