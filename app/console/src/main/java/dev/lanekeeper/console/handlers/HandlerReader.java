package dev.lanekeeper.console.handlers;

import dev.lanekeeper.console.handlers.HandlerSearch.Flushes;
import dev.lanekeeper.console.handlers.HandlerSearch.Registered;
import dev.lanekeeper.console.handlers.HandlerView.Fact;
import dev.lanekeeper.console.handlers.HandlerView.HistoryLine;
import dev.lanekeeper.console.handlers.HandlerView.PartitionLine;
import dev.lanekeeper.console.handlers.HandlerView.SettingLine;
import dev.lanekeeper.console.handlers.HandlerView.StateBadge;
import dev.lanekeeper.console.lag.Lag;
import dev.lanekeeper.console.lag.Lag.PartitionLag;
import dev.lanekeeper.console.lag.LagWatch;
import dev.lanekeeper.console.page.NotFoundException;
import dev.lanekeeper.console.page.Numbers;
import dev.lanekeeper.console.page.Times;
import dev.lanekeeper.intake.outbox.UnclaimedEntries;
import dev.lanekeeper.operations.Setting;
import dev.lanekeeper.operations.SettingOperations;
import dev.lanekeeper.relay.KafkaRelay;
import dev.lanekeeper.work.Database;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Puts the handlers' pages together. */
public final class HandlerReader {

    private static final int HISTORY = 50;
    private static final Duration LATELY = Duration.ofMinutes(5);

    private final HandlerSearch search;
    private final SettingOperations settings;
    private final LagWatch lags;
    private final Times times;

    public HandlerReader(Database database, SettingOperations settings, LagWatch lags, Times times) {
        this.search = new HandlerSearch(database);
        this.settings = settings;
        this.lags = lags;
        this.times = times;
    }

    List<HandlerRow> rows() {
        var lag = lags.look().value();
        return search.all().stream().map(h -> row(h, lag)).toList();
    }

    private static HandlerRow row(Registered handler, @Nullable Lag lag) {
        var records = lag == null ? null : Lag.sum(lag.of(handler.name()));
        return new HandlerRow(
                handler.name(),
                about(handler.name()),
                states(handler),
                shown(handler.topics()),
                shown(handler.kafkaGroup()),
                handler.laneGroup(),
                shown(handler.nodes()),
                records == null ? "unknown" : Numbers.count(records),
                handler.settings() == 0 ? "as in the properties" : handler.settings() + " set here");
    }

    /** Lanekeeper's own handlers, which nobody finds in the application's code. */
    private static @Nullable String about(String name) {
        return switch (name) {
            case UnclaimedEntries.ID -> "built in: outbox entries that no handler takes, each a failure";
            case KafkaRelay.ID -> "built in: produces outbox entries that have a topic to Kafka";
            default -> null;
        };
    }

    private static String shown(@Nullable String text) {
        return text == null ? "none" : text.replace(",", ", ").replace(",  ", ", ");
    }

    /** @param attempt what was typed last and not accepted; {@code null} for nothing */
    HandlerView view(String name, @Nullable Attempt attempt) {
        var handler = search.find(name)
                .orElseThrow(() -> new NotFoundException(
                        "There is no such handler", "No node has ever had a handler of this name."));
        var lag = lags.look();
        var known = lag.value();
        return new HandlerView(
                handler.name(),
                states(handler),
                handler.intakePausedAt() != null,
                handler.processingPausedAt() != null,
                handler.pausedBy(),
                facts(handler),
                flushes(handler),
                settings.of(name).stream().map(s -> setting(s, attempt)).toList(),
                known == null
                        ? List.of()
                        : known.of(name).stream().map(HandlerReader::partition).toList(),
                known == null ? problem(lag.problem()) : known.problem(),
                search.history(name, HISTORY).stream().map(this::history).toList());
    }

    private static String problem(@Nullable String problem) {
        return problem == null ? "being asked" : problem;
    }

    /** A value that was refused, with the reason. */
    public record Attempt(String key, String value, String error) implements java.io.Serializable {

        private static final long serialVersionUID = 1L;
    }

    private static List<StateBadge> states(Registered handler) {
        var states = new ArrayList<StateBadge>();
        if (handler.nodes() == null) {
            states.add(new StateBadge("bad", "no node"));
        }
        if (handler.intakePausedAt() != null) {
            states.add(new StateBadge("warn", "intake paused"));
        }
        if (handler.processingPausedAt() != null) {
            states.add(new StateBadge("warn", "processing paused"));
        }
        return states.isEmpty() ? List.of(new StateBadge("ok", "running")) : List.copyOf(states);
    }

    private List<Fact> facts(Registered handler) {
        var facts = new ArrayList<Fact>();
        var about = about(handler.name());
        if (about != null) {
            facts.add(Fact.of("What it is", about));
        }
        facts.addAll(List.of(
                Fact.of("Topics", shown(handler.topics())),
                Fact.of("Consumer group", shown(handler.kafkaGroup())),
                Fact.of(
                        "Lanes",
                        handler.laneGroup().equals(handler.name()) ? "its own" : "shared: " + handler.laneGroup()),
                Fact.of("Living nodes", shown(handler.nodes())),
                Fact.at("First seen", times.moment(handler.registeredAt().toInstant())),
                Fact.at("Last registered", times.moment(handler.seenAt().toInstant()))));
        return facts;
    }

    private List<Fact> flushes(Registered handler) {
        var since = times.now().truncatedTo(ChronoUnit.MINUTES).minus(LATELY);
        var flushes = search.flushesSince(handler.handlerId(), since);
        return List.of(
                Fact.of("Records", Numbers.count(flushes.records())),
                Fact.of("Flushes", Numbers.count(flushes.flushes())),
                Fact.of("Records a flush", flushes.flushes() == 0 ? "–" : average(flushes)),
                Fact.of("Largest flush", Numbers.count(flushes.largest())),
                Fact.of("Bytes", Numbers.bytes(flushes.bytes())));
    }

    private static String average(Flushes flushes) {
        return String.format(Locale.ROOT, "%,.1f", (double) flushes.records() / flushes.flushes());
    }

    private SettingLine setting(Setting setting, @Nullable Attempt attempt) {
        var key = setting.name().key();
        var refused = attempt != null && attempt.key().equals(key) ? attempt : null;
        var changedAt = setting.changedAt();
        return new SettingLine(
                key,
                meaning(setting),
                setting.name().allowed(),
                setting.propertyValue(),
                setting.consoleValue(),
                setting.changedBy(),
                times.moment(changedAt),
                refused == null ? Objects.requireNonNullElse(setting.consoleValue(), "") : refused.value(),
                refused == null ? null : refused.error());
    }

    private static String meaning(Setting setting) {
        return switch (setting.name()) {
            case FLUSH_SIZE -> "records at which a consumer stores what it has read";
            case FLUSH_BYTES -> "bytes at which a consumer stores what it has read";
            case FLUSH_INTERVAL -> "how long a record waits at most to be stored";
            case MAX_RETRIES -> "how often a failed event is tried again";
            case WORKER_SHARE -> "runs that a node works on at once";
        };
    }

    private static PartitionLine partition(PartitionLag lag) {
        var records = lag.records();
        return new PartitionLine(
                lag.topic(),
                lag.partition(),
                lag.node(),
                number(lag.nextOffset()),
                number(lag.end()),
                number(records),
                Numbers.count(lag.lostAtBroker()),
                lag.stoppedReason());
    }

    private static String number(@Nullable Long number) {
        return number == null ? "–" : Numbers.count(number);
    }

    private HistoryLine history(HandlerSearch.Done done) {
        return new HistoryLine(
                Objects.requireNonNull(times.moment(done.doneAt().toInstant())),
                done.operator(),
                done.verb().replace('-', ' '),
                done.verb().startsWith("set-")
                        ? done.result()
                        : done.result().toLowerCase(Locale.ROOT).replace('_', ' '),
                done.reason());
    }
}
