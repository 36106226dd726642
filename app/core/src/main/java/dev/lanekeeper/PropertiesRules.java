package dev.lanekeeper;

import dev.lanekeeper.LanekeeperProperties.Statsd;
import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import dev.lanekeeper.work.OutboxStore;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.support.CronExpression;
import org.springframework.util.ClassUtils;

/** Checks what the types of the properties cannot say. */
final class PropertiesRules {

    private static final Pattern SCHEMA = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

    private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);
    private static final Pattern NAMESPACE = Pattern.compile("([\\w-]+(\\.[\\w-]+)*)?");
    private static final Duration SHORTEST_REPORT = Duration.ofSeconds(5);
    private static final String STATSD_CLASS = "io.micrometer.statsd.StatsdMeterRegistry";

    private static final Duration LONGEST_LINGER = Duration.ofSeconds(1);

    private final List<Problem> problems;

    PropertiesRules(List<Problem> problems) {
        this.problems = problems;
    }

    void check(LanekeeperProperties properties) {
        if (!SCHEMA.matcher(properties.schema().name()).matches()) {
            add(
                    "schema.name",
                    properties.schema().name(),
                    "Write up to 63 small letters, digits and underscores, no digit first");
        }
        if (properties.roles().isEmpty()) {
            add("roles", "", "Write one or more of intake, outbox and workers");
        }
        var workers = properties.workers();
        if (workers != null) {
            atLeast("workers", workers, 1);
        }
        atLeast("flush-size", properties.flushSize(), 1);
        atLeast("flush-bytes", properties.flushBytes().toBytes(), 1);
        atLeast(
                "buffer-bytes",
                properties.bufferBytes().toBytes(),
                properties.flushBytes().toBytes());
        checkFlushInterval(properties.flushInterval());
        positive("outbox.sleep", properties.outbox().sleep());
        atLeast("outbox.idle-multiplier", properties.outbox().idleMultiplier(), 1);
        checkLinger(properties.outbox().linger());
        atLeast("outbox.batch-size", properties.outbox().batchSize(), 1);
        checkThreads(properties.outbox().threads());
        positive("run.slice", properties.run().slice());
        atLeast("run.max-items", properties.run().maxItems(), 1);
        atLeast("run.chunk", properties.run().chunk(), 1);
        positive("shutdown-timeout", properties.shutdownTimeout());
        positive("blocked-warning", properties.blockedWarning());
        positive("running-warning", properties.runningWarning());
        positive("job.retention", properties.job().retention());
        checkPort(properties.job().dashboardPort());
        checkRetention(properties.retention());
        checkLatencyReport(properties.latencyReport());
        checkStatsd(properties.statsd());
    }

    private void checkRetention(LanekeeperProperties.Retention retention) {
        atLeast("retention.batch-size", retention.batchSize(), 1);
        checkCron(retention);
        var events = checkTerm("events", retention.events());
        var outbox = checkTerm("outbox", retention.outbox());
        var payloads = checkTerm("payloads", retention.payloads());
        var identities = checkTerm("identities", retention.identities());
        checkTerm("tallies", retention.tallies());
        checkTerm("latencies", retention.latencies());
        checkTerm("requests", retention.requests());
        checkTerm("operations", retention.operations());
        if (events != null && identities != null && identities.compareTo(events) < 0) {
            add(
                    "retention.identities",
                    retention.identities(),
                    "Write at least what lanekeeper.retention.events says, \"" + retention.events()
                            + "\", or an event that is still there could be stored once more");
        }
        if (payloads != null
                && !payloads.equals(FOR_EVER)
                && isNotShorter(payloads, events)
                && isNotShorter(payloads, outbox)) {
            add("retention.payloads", retention.payloads(), "Write less than how long the items are kept, or off");
        }
    }

    private void checkCron(LanekeeperProperties.Retention retention) {
        var cron = retention.cronOrNull();
        if (cron != null && !CronExpression.isValidExpression(cron)) {
            add(
                    "retention.cron",
                    cron,
                    "Write second, minute, hour, day, month and weekday, such as 0 5 4 * * *, or off");
        }
    }

    private static boolean isNotShorter(Duration payloads, @Nullable Duration items) {
        return items != null && payloads.compareTo(items) >= 0;
    }

    /** How long, with {@code off} as for ever; {@code null} for what cannot be used, which is told. */
    private @Nullable Duration checkTerm(String key, String text) {
        try {
            var term = OffOr.duration(text);
            if (term == null || isPositive(term)) {
                return term == null ? FOR_EVER : term;
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            // Told below, with the same words as a duration that is not positive.
        }
        add("retention." + key, text, "Write a duration above 0, such as 12h or 30d, or off");
        return null;
    }

    private void checkLatencyReport(String text) {
        try {
            Duration interval = OffOr.duration(text);
            if (interval == null || interval.compareTo(SHORTEST_REPORT) >= 0) {
                return;
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            // Told below, with the same words as a duration that is too short.
        }
        add("latency-report", text, "Write a duration of 5s or more, such as 1m, or off");
    }

    private void checkStatsd(Statsd statsd) {
        if (statsd.port() < 1 || statsd.port() > 65535) {
            add("statsd.port", String.valueOf(statsd.port()), "Write a port from 1 to 65535");
        }
        if (!NAMESPACE.matcher(statsd.namespace()).matches()) {
            add(
                    "statsd.namespace",
                    statsd.namespace(),
                    "Write letters, digits, _ and -, with single dots between them");
        }
        positive("statsd.step", statsd.step());
        if (statsd.enabled() && !hasStatsd()) {
            add(
                    "statsd.enabled",
                    "true",
                    "Add io.micrometer:micrometer-registry-statsd to the class path, or remove this");
        }
    }

    static boolean hasStatsd() {
        return ClassUtils.isPresent(STATSD_CLASS, PropertiesRules.class.getClassLoader());
    }

    private void checkThreads(int threads) {
        if (threads < 1 || threads > OutboxStore.SHARDS) {
            add("outbox.threads", String.valueOf(threads), "Write a number from 1 to " + OutboxStore.SHARDS);
        }
    }

    private void checkFlushInterval(String text) {
        try {
            Duration interval = OffOr.duration(text);
            if (interval == null || isPositive(interval)) {
                return;
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            // Told below, with the same words as a duration that is not positive.
        }
        add("flush-interval", text, "Write a duration above 0, such as 50ms, or off");
    }

    private void checkPort(String text) {
        try {
            Integer port = OffOr.number(text);
            if (port == null || (port >= 0 && port <= 65535)) {
                return;
            }
        } catch (NumberFormatException e) {
            // Told below, with the same words as a number that is no port.
        }
        add("job.dashboard-port", text, "Write a port from 0 (any free one) to 65535, or off");
    }

    private void atLeast(String key, long number, long least) {
        if (number < least) {
            add(key, String.valueOf(number), "Write " + least + " or more");
        }
    }

    private void checkLinger(Duration linger) {
        if (linger.isNegative() || linger.compareTo(LONGEST_LINGER) > 0) {
            add(
                    "outbox.linger",
                    linger.toString(),
                    "Write a duration from 0 to 1s, such as 20ms; 0 moves them at once");
        }
    }

    private void positive(String key, Duration duration) {
        if (!isPositive(duration)) {
            add(key, duration.toString(), "Write a duration above 0, such as 500ms, 30s or 5m");
        }
    }

    private static boolean isPositive(Duration duration) {
        return !duration.isNegative() && !duration.isZero();
    }

    private void add(String key, String value, String action) {
        // What could not be read at all has some other value now, of which nothing needs to be said.
        boolean told = problems.stream().anyMatch(problem -> problem.where().equals("lanekeeper." + key));
        if (told) {
            return;
        }
        problems.add(new Problem("lanekeeper." + key, "\"" + value + "\" cannot be used", action));
    }
}
