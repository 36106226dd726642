package dev.lanekeeper.console.overview;

import dev.lanekeeper.console.lag.Lag;
import dev.lanekeeper.console.lag.Lag.PartitionLag;
import dev.lanekeeper.console.overview.Overview.Alert;
import dev.lanekeeper.console.overview.OverviewReader.Facts;
import dev.lanekeeper.console.overview.OverviewSearch.HandlerRow;
import dev.lanekeeper.console.overview.OverviewSearch.Minute;
import dev.lanekeeper.console.page.Numbers;
import dev.lanekeeper.console.page.Times;
import dev.lanekeeper.work.BlockedLaneSearch;
import dev.lanekeeper.work.Database;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriUtils;

/** What somebody on call should look at, the worst first. */
public final class Alerts {

    private static final int FEW = 5;

    private final BlockedLaneSearch blocked;
    private final Duration patience;

    /** @param patience how long a lane may be blocked before that is worth a word */
    public Alerts(Database database, Duration patience) {
        this.blocked = new BlockedLaneSearch(database);
        this.patience = patience;
    }

    List<Alert> of(Facts facts) {
        var alerts = new ArrayList<Alert>();
        tellUnbalanced(facts, alerts);
        tellKafka(facts, alerts);
        facts.handlers().forEach(h -> tellHandler(facts, h, alerts));
        tellBlocked(facts, alerts);
        alerts.sort((a, b) -> a.tone().compareTo(b.tone()));
        return List.copyOf(alerts);
    }

    private static void tellUnbalanced(Facts facts, List<Alert> alerts) {
        var counted = facts.counted().value();
        if (counted != null && !counted.isBalanced()) {
            alerts.add(new Alert("bad", "Not everything is accounted for; the terms are below", null));
        }
    }

    private static void tellKafka(Facts facts, List<Alert> alerts) {
        var lag = facts.lag().value();
        if (lag == null) {
            if (facts.lag().problem() != null) {
                alerts.add(new Alert(
                        "warn", "What waits in Kafka is unknown: " + facts.lag().problem(), null));
            }
            return;
        }
        if (lag.problem() != null) {
            alerts.add(new Alert(
                    "bad",
                    "Kafka does not answer; what is stored is worked on, new records stay there (" + lag.problem()
                            + ")",
                    null));
        }
        lag.partitions().stream()
                .filter(p -> p.stoppedReason() != null)
                .limit(FEW)
                .forEach(p -> alerts.add(new Alert(
                        "bad", "%s is not read by %s: %s".formatted(name(p), p.handler(), p.stoppedReason()), of(p))));
        lag.partitions().stream()
                .filter(p -> p.lostAtBroker() > 0)
                .limit(FEW)
                .forEach(p -> alerts.add(new Alert(
                        "warn",
                        "The broker had removed %s records of %s before %s read them"
                                .formatted(Numbers.count(p.lostAtBroker()), name(p), p.handler()),
                        of(p))));
    }

    private static String name(PartitionLag partition) {
        return partition.topic() + "-" + partition.partition();
    }

    private static String of(PartitionLag partition) {
        return "/handlers/" + partition.handler();
    }

    private static void tellHandler(Facts facts, HandlerRow row, List<Alert> alerts) {
        var link = "/handlers/" + row.name();
        var waiting = facts.waiting().getOrDefault(row.handlerId(), 0L);
        if (row.nodes() == 0 && (waiting > 0 || isBehind(facts.lag().value(), row))) {
            alerts.add(new Alert("bad", "No living node has the handler " + row.name() + "; its work waits", link));
        } else if (row.intakePaused() || row.processingPaused()) {
            var what = row.intakePaused() && row.processingPaused()
                    ? "Intake and processing of "
                    : row.intakePaused() ? "The intake of " : "The processing of ";
            var by = row.pausedBy() == null ? "" : " by " + row.pausedBy();
            alerts.add(new Alert(
                    "warn", what + row.name() + (what.startsWith("I") ? " are" : " is") + " paused" + by, link));
        }
        var failed = facts.hour().of(row.handlerId()).total(Minute::failed);
        if (failed > 0 && row.failures() > 0) {
            alerts.add(new Alert(
                    "warn",
                    failed == 1
                            ? "1 event of " + row.name() + " has failed in the last hour and waits for a person"
                            : Numbers.count(failed) + " events of " + row.name()
                                    + " have failed in the last hour and wait for a person",
                    "/failures?handler=" + UriUtils.encodeQueryParam(row.name(), StandardCharsets.UTF_8)));
        }
        var parked = facts.parked().getOrDefault(row.handlerId(), 0L);
        if (parked > 0) {
            alerts.add(new Alert(
                    "warn",
                    "%s of %s %s parked until somebody looks"
                            .formatted(
                                    parked == 1 ? "1 lane" : Numbers.capped(parked, OverviewSearch.CAP) + " lanes",
                                    row.name(),
                                    parked == 1 ? "is" : "are"),
                    "/lanes?list=parked"));
        }
    }

    private static boolean isBehind(@Nullable Lag lag, HandlerRow row) {
        var records = lag == null ? null : Lag.sum(lag.of(row.name()));
        return records != null && records > 0;
    }

    private void tellBlocked(Facts facts, List<Alert> alerts) {
        var lanes = blocked.blockedSince(facts.now(), facts.now().minus(patience), FEW);
        for (var lane : lanes) {
            alerts.add(new Alert(
                    "warn",
                    "Lane %s of %s has been blocked for %s by item %d, which has failed %s"
                            .formatted(
                                    lane.resource() == null ? lane.laneId() : lane.resource(),
                                    lane.handler(),
                                    Times.age(Duration.between(lane.since(), facts.now())),
                                    lane.itemId(),
                                    lane.attempts() == 1 ? "once" : lane.attempts() + " times"),
                    "/lanes/" + lane.laneId()));
        }
    }
}
