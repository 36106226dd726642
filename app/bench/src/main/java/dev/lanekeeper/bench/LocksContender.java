package dev.lanekeeper.bench;

import java.util.List;
import java.util.Map;

/**
 * One way to do one job of a resource at a time.
 *
 * @param application with a {@link Enqueueing} bean; does jobs only with {@code bench.works}
 * @param waiting what its settings are while jobs are only enqueued
 * @param working and while they are done
 * @param unfinished a query for how many jobs its tables hold that are not done
 */
record LocksContender(
        String name,
        Class<?> application,
        Map<String, Object> waiting,
        Map<String, Object> working,
        String unfinished) {

    static final List<String> NAMES = List.of("lanes", "lanes-and-redis", "throw", "block");

    /** Enqueues jobs, all at once if it can. */
    interface Enqueueing {
        void enqueue(List<Event> jobs);
    }

    static LocksContender of(String name, int workers, String redis) {
        return switch (name) {
            case "lanes" -> lanekeeper(name, Map.of("lanekeeper.workers", workers));
            case "lanes-and-redis" ->
                lanekeeper(name, Map.of("lanekeeper.workers", workers, "lanekeeper.locks.redis.address", redis));
            case "throw", "block" ->
                new LocksContender(
                        name,
                        LocksByHand.class,
                        Map.of("bench.redis", redis, "bench.works", false, "bench.workers", workers),
                        Map.of(
                                "bench.redis",
                                redis,
                                "bench.works",
                                true,
                                "bench.workers",
                                workers,
                                "bench.blocks",
                                name.equals("block")),
                        "SELECT count(*) FROM jobrunr_jobs WHERE state IN ('SCHEDULED', 'ENQUEUED', 'PROCESSING')");
            default -> throw new IllegalArgumentException("Unknown contender " + name);
        };
    }

    private static LocksContender lanekeeper(String name, Map<String, Object> working) {
        return new LocksContender(
                name,
                LocksLanekeeper.class,
                Map.of("lanekeeper.roles", "outbox"),
                working,
                "SELECT count(*) FROM lanekeeper.lane_item");
    }
}
