package dev.lanekeeper.bench;

import java.util.List;
import java.util.Map;

/**
 * One way to get what a business transaction has written to a handler that runs after it.
 *
 * @param application a Spring Boot application with a {@link Publishing} bean, whose handler tells {@link OutboxCalls}
 * @param settings as its documentation advises for throughput
 * @param unfinished a query for how many entries its tables still hold to be processed
 */
record OutboxContender(String name, Class<?> application, Map<String, Object> settings, String unfinished) {

    static final List<String> NAMES = List.of("business", "lanekeeper", "gruelbox", "modulith", "namastack");

    /** Writes an entry in the transaction that the caller has begun. */
    interface Publishing {
        void publish(Event event);
    }

    static OutboxContender of(String name, OutboxOptions options) {
        var workers = options.workers();
        return switch (name) {
            case "business" -> new OutboxContender(name, OutboxBusinessAlone.class, Map.of(), "SELECT 0");
            case "lanekeeper" ->
                new OutboxContender(
                        name,
                        OutboxLanekeeper.class,
                        Map.of("lanekeeper.workers", workers),
                        "SELECT (SELECT count(*) FROM lanekeeper.outbox_entry) + (SELECT count(*) FROM lanekeeper.lane_item)");
            case "gruelbox" ->
                new OutboxContender(
                        name,
                        OutboxGruelbox.class,
                        Map.of("bench.workers", workers),
                        "SELECT count(*) FROM txno_outbox WHERE NOT processed");
            case "modulith" ->
                new OutboxContender(
                        name,
                        OutboxModulith.class,
                        Map.of(
                                "spring.modulith.events.jdbc.schema-initialization.enabled",
                                true,
                                "spring.task.execution.pool.core-size",
                                workers),
                        "SELECT count(*) FROM event_publication WHERE completion_date IS NULL");
            case "namastack" ->
                new OutboxContender(
                        name,
                        OutboxNamastack.class,
                        Map.of(
                                "namastack.outbox.polling.fixed.interval",
                                "25ms",
                                "namastack.outbox.polling.batch-size",
                                800,
                                "namastack.outbox.processing.executor-core-pool-size",
                                workers,
                                "namastack.outbox.processing.executor-max-pool-size",
                                workers),
                        "SELECT count(*) FROM outbox_record WHERE status = 'NEW'");
            default -> throw new IllegalArgumentException("Unknown contender " + name);
        };
    }
}
