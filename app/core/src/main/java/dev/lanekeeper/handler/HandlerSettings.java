package dev.lanekeeper.handler;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the properties say of handlers.
 *
 * @param defaults for all handlers: {@code lanekeeper.defaults.*}
 * @param handlers for single handlers, by their ids: {@code lanekeeper.handlers.<id>.*}
 * @param unique for all that are unique: {@code lanekeeper.unique.*}
 */
public record HandlerSettings(Defaults defaults, Map<String, Overrides> handlers, UniqueDefaults unique) {

    /**
     * What counts for every handler that is unique and does not say otherwise.
     *
     * @param onConflict what becomes of an item that is one too many: `log` (default), `raise`, `reject`, `replace`,
     *     `reschedule`, `update`, `debounce` or `throttle`
     * @param onRunConflict what becomes of an item that is not given a lock that is held while it runs: `wait` (default), `log`,
     *     `raise`, `reject` or `reschedule`
     * @param enabled false takes no lock for `@Unique`, of handlers of this process: for tests of what else they do
     */
    public record UniqueDefaults(
            @Nullable String onConflict,
            @Nullable String onRunConflict,
            @DefaultValue("true") boolean enabled) {}

    public HandlerSettings(Defaults defaults, Map<String, Overrides> handlers) {
        this(defaults, handlers, new UniqueDefaults(null, null, true));
    }

    /**
     * These settings under the ids of the handlers that they are for. An environment variable cannot hold every character,
     * so a name that is no id goes to the id with the same letters and digits; a name of no handler stays out.
     */
    HandlerSettings of(Set<String> ids) {
        Map<String, Overrides> byId = new HashMap<>();
        for (String id : ids) {
            handlers.keySet().stream()
                    .filter(name -> name.equals(id)
                            || (!ids.contains(name) && uniform(name).equals(uniform(id))))
                    .min(Comparator.comparing(name -> !name.equals(id)))
                    .ifPresent(name -> byId.put(id, handlers.get(name)));
        }
        return new HandlerSettings(defaults, byId, unique);
    }

    /** Names under which something is set, but of which there is no handler. */
    Set<String> namesBeside(Set<String> ids) {
        Set<String> uniform = ids.stream().map(HandlerSettings::uniform).collect(Collectors.toSet());
        return handlers.keySet().stream()
                .filter(name -> !ids.contains(name) && !uniform.contains(uniform(name)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String uniform(String name) {
        return name.replaceAll("[^\\p{L}\\p{N}]", "").toLowerCase(Locale.ROOT);
    }

    /**
     * What counts for every handler that does not say otherwise.
     *
     * @param maxRetries how often a failed event is tried again: a number from 0, or `unlimited` (default)
     * @param backoffMin waiting time after the first failed attempt, doubled by each that follows; default 1s
     * @param backoffMax longest waiting time between two attempts; default 60s
     * @param onFailure `block` (default) lets the lane wait for a failed event, `overtake` lets later events go on
     * @param afterExhaustion `continue` (default) or `park`: what the lane does when the retries of an event are used up
     * @param timeout after which an attempt is interrupted and counts as failed; default `none`
     * @param maxRuns how many runs of one handler a node works on at once; by default a share of its workers
     * @param maxWaiting at how many waiting events the intake of a handler pauses; default 200000
     * @param keepSkipped whether a skipped event leaves a row; default false
     * @param startFrom `earliest` (default) or `latest`: where a handler begins that has no offset yet
     * @param dedup when a second record is the same event: `record` (default), `payload`, `payload-and-key`,
     *     `header:name` or `bean:name`
     * @param concurrency consumers per handler and instance; default 1
     * @param autoStartup whether the intake starts with the application; default true
     * @param encrypt whether records of Kafka are stored encrypted; default false
     */
    public record Defaults(
            @Nullable String maxRetries,
            @Nullable String backoffMin,
            @Nullable String backoffMax,
            @Nullable String onFailure,
            @Nullable String afterExhaustion,
            @Nullable String timeout,
            @Nullable String maxRuns,
            @Nullable String maxWaiting,
            @Nullable String keepSkipped,
            @Nullable String startFrom,
            @Nullable String dedup,
            @Nullable String concurrency,
            @Nullable String autoStartup,
            @Nullable String encrypt) {}

    /**
     * What counts for one handler before what its code says; the options are those of the annotation.
     *
     * @param topics names with commas between them
     * @param properties consumer properties
     * @param event names with commas between them
     * @param locks as in the annotation, with commas between them
     */
    public record Overrides(
            @Nullable String topics,
            @Nullable String topicPattern,
            @Nullable String groupId,
            @Nullable String concurrency,
            @Nullable String autoStartup,
            @Nullable Map<String, String> properties,
            @Nullable String startFrom,
            @Nullable String resource,
            @Nullable String context,
            @Nullable String event,
            @Nullable String ordered,
            @Nullable String cron,
            @Nullable String zone,
            @Nullable String inline,
            @Nullable String uniqueLock,
            @Nullable String uniqueKey,
            @Nullable String uniqueTtl,
            @Nullable String uniqueLimit,
            @Nullable String uniqueAcrossHandlers,
            @Nullable String uniqueOnConflict,
            @Nullable String uniqueOnRunConflict,
            @Nullable String uniqueMaxWait,
            @Nullable String uniqueDelay,
            @Nullable String uniqueMaxHops,
            @Nullable String uniquePolicy,
            @Nullable String uniqueStrategy,
            @Nullable String uniqueRunStrategy,
            @Nullable String locks,
            @Nullable String lane,
            @Nullable String dedup,
            @Nullable String maxRetries,
            @Nullable String backoffMin,
            @Nullable String backoffMax,
            @Nullable String onFailure,
            @Nullable String afterExhaustion,
            @Nullable String timeout,
            @Nullable String maxRuns,
            @Nullable String maxWaiting,
            @Nullable String keepSkipped,
            @Nullable String encrypt,
            @Nullable String exactlyOnce,
            @Nullable String retryDecision,
            @Nullable String details) {}
}
