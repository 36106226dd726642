package dev.lanekeeper.console.housekeeping;

import dev.lanekeeper.LanekeeperProperties.Retention;
import dev.lanekeeper.console.housekeeping.HousekeepingView.Act;
import dev.lanekeeper.console.housekeeping.HousekeepingView.RoundLine;
import dev.lanekeeper.console.housekeeping.HousekeepingView.Term;
import dev.lanekeeper.console.item.Shown;
import dev.lanekeeper.console.page.Figure;
import dev.lanekeeper.console.page.Numbers;
import dev.lanekeeper.console.page.Times;
import dev.lanekeeper.housekeeping.Housekeeping;
import dev.lanekeeper.housekeeping.HousekeepingSchedule;
import dev.lanekeeper.housekeeping.Round;
import dev.lanekeeper.housekeeping.Swept;
import dev.lanekeeper.work.Database;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Puts the page on retention together. */
public final class HousekeepingReader {

    private static final List<String> KINDS =
            List.of("items", "archived", "attempts", "payloads", "identities", "minutes", "requests", "operations");

    private static final int SHOWN = 14;

    private final Housekeeping housekeeping;
    private final HousekeepingSchedule schedule;
    private final Retention retention;
    private final HousekeepingSearch search;
    private final Times times;

    public HousekeepingReader(
            Housekeeping housekeeping,
            HousekeepingSchedule schedule,
            Retention retention,
            Database database,
            Times times) {
        this.housekeeping = housekeeping;
        this.schedule = schedule;
        this.retention = retention;
        this.search = new HousekeepingSearch(database);
        this.times = times;
    }

    HousekeepingView read() {
        var rounds = housekeeping.recent(SHOWN);
        var columns = IntStream.range(0, KINDS.size())
                .filter(kind -> kind == 0
                        || rounds.stream().anyMatch(r -> counts(r.swept()).get(kind) > 0))
                .boxed()
                .toList();
        return new HousekeepingView(
                retention.archive(),
                figures(rounds),
                terms(),
                columns.stream().map(KINDS::get).toList(),
                rounds.stream().map(round -> line(round, columns)).toList(),
                search.acts().stream().map(this::act).toList());
    }

    private List<Figure> figures(List<Round> rounds) {
        var last = rounds.isEmpty() ? null : rounds.get(0);
        var next = schedule.next().orElse(null);
        return List.of(
                last == null
                        ? Figure.of("Last round", "–", "none yet")
                        : new Figure(
                                "Last round",
                                result(last),
                                tone(last).equals("bad") ? "bad" : "",
                                "begun",
                                times.moment(last.startedAt()),
                                null,
                                null),
                Figure.of(
                        "Items deleted",
                        last == null ? "–" : Numbers.count(last.swept().items()),
                        last == null ? "" : Numbers.count(rows(last.swept())) + " rows in all"),
                Figure.of(
                        "Longest transaction",
                        last == null || last.finishedAt() == null ? "–" : Times.precise(last.longest()),
                        last == null ? "" : "of " + Numbers.count(last.batches())),
                next == null
                        ? Figure.of("Next round", "none", "by itself: the schedule is off")
                        : new Figure(
                                "Next round", times.clockTime(next), "", "begins", times.moment(next), null, null));
    }

    private static long rows(Swept swept) {
        return counts(swept).stream().mapToLong(Long::longValue).sum() - swept.archived();
    }

    private static List<Long> counts(Swept swept) {
        return List.of(
                swept.items(),
                swept.archived(),
                swept.attempts(),
                swept.payloads(),
                swept.identities(),
                swept.tallies(),
                swept.requests(),
                swept.operations());
    }

    private List<Term> terms() {
        return List.of(
                term("Items from Kafka and jobs", retention.events(), "their end", "events"),
                term("Items from the outbox", retention.outbox(), "their end", "outbox"),
                term("Payload, key and headers of any item", retention.payloads(), "the item's end", "payloads"),
                term("Identities", retention.identities(), "when the event was seen", "identities"),
                term("Counts of minutes, then of days", retention.tallies(), "the day", "tallies"),
                term("Latencies of hours and quarters", retention.latencies(), "the time", "latencies"),
                term("What people asked of runs", retention.requests(), "the answer", "requests"),
                term("What people did", retention.operations(), "then", "operations"));
    }

    private static Term term(String what, String kept, String from, String property) {
        var forEver = kept.equalsIgnoreCase("off");
        return new Term(
                what,
                forEver ? property.equals("payloads") ? "as long as the item" : "for ever" : words(kept),
                forEver ? "" : from,
                "lanekeeper.retention." + property);
    }

    /** {@code 30d} as it is read aloud; whatever else stands as it was written. */
    private static String words(String kept) {
        return kept.matches("\\d+d") ? kept.replace("d", kept.equals("1d") ? " day" : " days") : kept;
    }

    /** @param columns those kinds of which any round has deleted something */
    private RoundLine line(Round round, List<Integer> columns) {
        var finished = round.finishedAt();
        var took = Duration.between(round.startedAt(), finished == null ? times.now() : finished);
        return new RoundLine(
                times.moment(round.startedAt()),
                Times.age(took.isNegative() ? Duration.ZERO : took),
                "node " + round.nodeId(),
                tone(round),
                result(round),
                Shown.text(round.error()),
                columns.stream()
                        .map(counts(round.swept())::get)
                        .map(Numbers::count)
                        .toList(),
                Numbers.count(round.batches()),
                finished == null ? "–" : Times.precise(round.longest()));
    }

    private static String result(Round round) {
        var result = round.result();
        return result == null ? "running" : result.name().toLowerCase(Locale.ROOT);
    }

    private static String tone(Round round) {
        var result = round.result();
        if (result == null) {
            return "busy";
        }
        return switch (result) {
            case DONE -> "ok";
            case STOPPED, LOST -> "warn";
            case FAILED -> "bad";
        };
    }

    private Act act(HousekeepingSearch.Act act) {
        return new Act(
                String.valueOf(Shown.text(act.operator())),
                Shown.text(act.reason()),
                act.result().toLowerCase(Locale.ROOT).replace('_', ' '),
                times.moment(act.doneAt()));
    }
}
