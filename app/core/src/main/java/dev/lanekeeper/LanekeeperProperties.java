package dev.lanekeeper;

import dev.lanekeeper.handler.HandlerSettings;
import dev.lanekeeper.lock.RedisSettings.WhenAway;
import dev.lanekeeper.monitor.EventMode;
import dev.lanekeeper.monitor.ObservationMode;
import dev.lanekeeper.monitor.StatsdSettings.Flavor;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * All that can be configured, under {@code lanekeeper}; a key that is not here is an error. Read by
 * {@link PropertiesReader}, which tells everything that is wrong at once, and never by Boot's own binding, which stops at
 * the first error.
 *
 * @param application the name of this application: one database schema belongs to one application; default
 *     `spring.application.name`, and without that `application`
 * @param schema where the tables are
 * @param roles what this node does: `intake` stores records, `outbox` moves outbox entries and stores jobs
 *     when they are due, `workers` runs handlers
 * @param workers how many runs this node works on at once; by default 16, or as many as the connection pool has room for
 * @param flushSize at how many records a consumer stores what it has read
 * @param flushBytes at how many bytes a consumer stores what it has read
 * @param flushInterval how long a record waits at most to be stored, or `off`
 * @param bufferBytes how many bytes a consumer keeps in memory before it pauses its partitions
 * @param defaults what counts for every handler that does not say otherwise
 * @param handlers what counts for one handler, by its id, before what its code says
 * @param unique what counts for every handler that is unique and does not say otherwise
 * @param outbox how outbox entries are moved
 * @param encryption the keys of what nobody may read in the database; needs `com.google.crypto.tink:tink`
 * @param locks where locks are shared with other applications; needs `org.redisson:redisson`
 * @param run how much work one run takes
 * @param shutdownTimeout how long a stop waits for handlers that are still running
 * @param exitOnSigterm whether SIGTERM and SIGINT end the process with exit code 0 when everything was handed back, and 2 when
 *     a handler hung or the time was over; otherwise the JVM ends with 143 either way
 * @param virtualThreads whether workers are virtual threads: `auto` and `on` where the JVM has them
 * @param blockedWarning how long a lane may be blocked before health is degraded
 * @param runningWarning how long a handler may run before a warning
 * @param events whether application events are published: `auto` to those who listen to them, `on`, or `off`
 * @param retention when old rows are deleted
 * @param observations whether each attempt is an observation of Micrometer's, in the trace of its record: `auto` if the
 *     application has a tracer of Micrometer Tracing, `on` if it has an `ObservationRegistry`, or `off`
 * @param latencyReport how often one of all nodes reports how old work was when it was done, 5s at least, or `off`
 * @param healthFile a file that says every two seconds how this node is, for `lanekeeper health` and other probes without HTTP;
 *     none by default
 * @param statsd Lanekeeper's meters as StatsD datagrams, whatever the application does with its own
 * @param job the JobRunr that runs are jobs of
 */
@ConfigurationProperties(prefix = "lanekeeper", ignoreUnknownFields = false)
public record LanekeeperProperties(
        @DefaultValue("application") String application,
        @DefaultValue Schema schema,
        @DefaultValue({"intake", "outbox", "workers"}) Set<Role> roles,
        @Nullable Integer workers,
        @DefaultValue("500") int flushSize,
        @DefaultValue("8MB") DataSize flushBytes,
        @DefaultValue("50ms") String flushInterval,
        @DefaultValue("64MB") DataSize bufferBytes,
        @DefaultValue @NestedConfigurationProperty HandlerSettings.Defaults defaults,
        @DefaultValue Map<String, HandlerSettings.Overrides> handlers,
        @DefaultValue @NestedConfigurationProperty HandlerSettings.UniqueDefaults unique,
        @DefaultValue Outbox outbox,
        @DefaultValue Encryption encryption,
        @DefaultValue Locks locks,
        @DefaultValue Run run,
        @DefaultValue("30s") Duration shutdownTimeout,
        @DefaultValue("false") boolean exitOnSigterm,
        @DefaultValue("auto") VirtualThreads virtualThreads,
        @DefaultValue("5m") Duration blockedWarning,
        @DefaultValue("5m") Duration runningWarning,
        @DefaultValue("auto") EventMode events,
        @DefaultValue Retention retention,
        @DefaultValue("auto") ObservationMode observations,
        @DefaultValue("1m") String latencyReport,
        @Nullable String healthFile,
        @DefaultValue Statsd statsd,
        @DefaultValue Job job) {

    /** How long a record waits at most to be stored; {@code null} when only size and bytes count. */
    public @Nullable Duration flushIntervalOrNull() {
        return OffOr.duration(flushInterval);
    }

    /** How often latencies are reported; {@code null} for never. */
    public @Nullable Duration latencyReportOrNull() {
        return OffOr.duration(latencyReport);
    }

    public HandlerSettings handlerSettings() {
        return new HandlerSettings(defaults, handlers, unique);
    }

    /** What a node does. */
    public enum Role {
        INTAKE,
        OUTBOX,
        WORKERS
    }

    /** Whether workers are virtual threads. */
    public enum VirtualThreads {
        AUTO,
        ON,
        OFF
    }

    /** Who brings the schema to this version. */
    public enum SchemaManagement {
        MIGRATE,
        VALIDATE,
        NONE
    }

    /**
     * Where the tables are.
     *
     * @param name the PostgreSQL schema, which belongs to Lanekeeper alone
     * @param manage at the start: `migrate` brings the schema to this version, `validate` only compares, `none` trusts
     */
    public record Schema(
            @DefaultValue("lanekeeper") String name,
            @DefaultValue("migrate") SchemaManagement manage) {}

    /**
     * How outbox entries are moved.
     *
     * @param sleep how long entries that other processes wrote wait at most to be looked for; those of this process are moved at
     *     once
     * @param idleMultiplier how many times that long the pause is after a look that found nothing
     * @param linger how long entries are let gather at most while many come, since to move them one by one costs far more; those
     *     that come alone are moved at once
     * @param batchSize how many entries are moved in one transaction at most
     * @param threads how many movers a node has; each has a share of the 64 shards
     * @param relay whether this node produces entries with a destination topic to Kafka
     * @param failOnMissingResource whether a callback fails whose resource is gone although its change has not deleted it; `false`
     *     skips it
     */
    public record Outbox(
            @DefaultValue("500ms") Duration sleep,
            @DefaultValue("1") int idleMultiplier,
            @DefaultValue("20ms") Duration linger,
            @DefaultValue("500") int batchSize,
            @DefaultValue("1") int threads,
            @DefaultValue("false") boolean relay,
            @DefaultValue("true") boolean failOnMissingResource) {}

    /**
     * The keys of what nobody may read in the database; needs `com.google.crypto.tink:tink`. A keyset is in Tink's JSON format,
     * written here or in a resource whose location is written here, such as `file:/run/secrets/keyset.json`.
     *
     * @param keyset what encrypts: its primary key what is written, all its keys what is read; none by default
     * @param hashKeyset what stands in for resource keys, identities and checksums of encrypted records; none by default
     * @param outbox whether arguments and changes of outbox entries are encrypted
     */
    public record Encryption(
            @Nullable String keyset,
            @Nullable String hashKeyset,
            @DefaultValue("false") boolean outbox) {

        /** Without the keys, which whoever prints properties does not mean. */
        @Override
        public String toString() {
            return "Encryption[outbox=" + outbox + "]";
        }
    }

    /**
     * Where locks are shared with other applications; needs `org.redisson:redisson`.
     *
     * @param redis in Redis; nowhere by default
     */
    public record Locks(@DefaultValue Redis redis) {}

    /**
     * Locks in Redis, which a run takes besides those of the database.
     *
     * @param address such as `redis://localhost:6379`; none by default
     * @param config where Redisson's own configuration lies as YAML, such as `file:/etc/redisson.yaml`, for sentinels, clusters and
     *     the like; instead of `address`
     * @param username of Redis, if it asks for one; with `config` it stands there
     * @param password of Redis, if it asks for one; with `config` it stands there
     * @param prefix of the name of every lock; in a cluster all must be in one slot: `{lanekeeper}:`
     * @param lease after what time the locks of a process that is dead or frozen are lost; at least six times `timeout`
     * @param timeout how long an answer is waited for; with `config` that says it
     * @param whenAway what becomes of work that needs them while Redis does not answer: `postpone` lets it wait, without using up
     *     attempts, `database-only` lets it go on under the locks of the database alone
     */
    public record Redis(
            @Nullable String address,
            @Nullable String config,
            @Nullable String username,
            @Nullable String password,
            @DefaultValue("lanekeeper:") String prefix,
            @DefaultValue("15s") Duration lease,
            @DefaultValue("500ms") Duration timeout,
            @DefaultValue("postpone") WhenAway whenAway) {

        /** Without the password, which whoever prints properties does not mean. */
        @Override
        public String toString() {
            return "Redis[prefix=" + prefix + "]";
        }
    }

    /**
     * How much work one run takes.
     *
     * @param slice how long a run goes on taking work
     * @param maxItems how many items a run handles at most; 1 gives one job for each event
     * @param chunk how many results are recorded in one transaction at most
     */
    public record Run(
            @DefaultValue("2s") Duration slice,
            @DefaultValue("5000") int maxItems,
            @DefaultValue("256") int chunk) {}

    /**
     * The JobRunr that runs are jobs of.
     *
     * @param dashboardPort the port of JobRunr's own dashboard, or `off`
     * @param retention how long JobRunr keeps the jobs of finished runs
     */
    public record Job(
            @DefaultValue("off") String dashboardPort,
            @DefaultValue("10m") Duration retention) {

        /** The port of JobRunr's own dashboard; {@code null} when it is off. */
        public @Nullable Integer dashboardPortOrNull() {
            return OffOr.number(dashboardPort);
        }
    }

    /**
     * Lanekeeper's meters as StatsD datagrams; needs {@code io.micrometer:micrometer-registry-statsd}.
     *
     * @param enabled whether anything is sent
     * @param host the collector's name or address
     * @param port the collector's UDP port
     * @param flavor `datadog` writes tags, `etsy` puts them into the name
     * @param namespace stands with a dot in front of every name; empty for nothing
     * @param step how often gauges are sent
     */
    public record Statsd(
            @DefaultValue("false") boolean enabled,
            @DefaultValue("localhost") String host,
            @DefaultValue("8125") int port,
            @DefaultValue("datadog") Flavor flavor,
            @DefaultValue("") String namespace,
            @DefaultValue("10s") Duration step) {}

    /**
     * When old rows are deleted, on one node at a time and in small pieces. Each duration may be `off`: kept for ever. Items that
     * wait, have failed or were rejected are always kept.
     *
     * @param cron when it begins each day, in the time zone of the node, as second, minute, hour, day, month and weekday; or
     *     `off`
     * @param events how long finished items from Kafka are kept, or `off`
     * @param outbox how long finished items from the outbox are kept, or `off`
     * @param payloads how long payload, key and headers of a finished item are kept if not as long as the item, or `off`; without
     *     them it cannot be retried
     * @param identities how long is remembered what handlers have seen that recognise events by content, or `off`; not shorter
     *     than `events`
     * @param tallies how long the counts of minutes are kept, or `off`; then they are added up into days, which stay
     * @param latencies how long the latencies of hours and quarters of an hour are kept, or `off`; those of minutes are for 25
     *     hours
     * @param requests how long is kept what people asked of items that were being worked on, and what became of jobs that were
     *     enqueued with an idempotency key, or `off`
     * @param operations how long is kept who did what, changed which setting or started which bulk operation, or `off`
     * @param archive whether items are copied to the tables `work_item_archive`, `outcome_archive` and `attempt_archive` before
     *     they are deleted
     * @param batchSize how many items one transaction looks at
     */
    public record Retention(
            @DefaultValue("0 5 4 * * *") String cron,
            @DefaultValue("30d") String events,
            @DefaultValue("3d") String outbox,
            @DefaultValue("off") String payloads,
            @DefaultValue("30d") String identities,
            @DefaultValue("31d") String tallies,
            @DefaultValue("31d") String latencies,
            @DefaultValue("30d") String requests,
            @DefaultValue("365d") String operations,
            @DefaultValue("false") boolean archive,
            @DefaultValue("5000") int batchSize) {

        /** When it begins; {@code null} for never. */
        public @Nullable String cronOrNull() {
            return OffOr.isOff(cron) ? null : cron;
        }

        /** How long latencies are kept; {@code null} for ever. */
        public @Nullable Duration latenciesOrNull() {
            return OffOr.duration(latencies);
        }

        dev.lanekeeper.housekeeping.Retention terms() {
            return new dev.lanekeeper.housekeeping.Retention(
                    OffOr.duration(events),
                    OffOr.duration(outbox),
                    OffOr.duration(payloads),
                    OffOr.duration(identities),
                    OffOr.duration(tallies),
                    OffOr.duration(requests),
                    OffOr.duration(operations),
                    archive,
                    batchSize);
        }
    }
}
