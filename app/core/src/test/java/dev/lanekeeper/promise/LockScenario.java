package dev.lanekeeper.promise;

import dev.lanekeeper.api.EventFunction;
import dev.lanekeeper.api.job.LaneJobRegistration;
import dev.lanekeeper.api.job.LaneJobRegistry;
import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.api.job.Unique.RunConflict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A handler of the fleet: which lock its jobs take, and what becomes of one that is not given it.
 *
 * @param id the handler's, and what the scenario is called
 * @param lock of {@code @Unique}; {@code null} for none
 * @param limit how many of a key may have it
 * @param needs locks besides, as {@code @LaneJob(locks)} has them
 * @param rate how many of all jobs may start in {@link #PERIOD}; 0 for any number
 * @param inLanes whether the key is the resource too
 */
record LockScenario(
        String id,
        @Nullable Lock lock,
        Conflict conflict,
        RunConflict onRun,
        int limit,
        List<String> needs,
        int rate,
        boolean inLanes) {

    static final Duration TTL = Duration.ofMillis(1_500);
    static final Duration THROTTLE_TTL = Duration.ofMillis(300);
    static final Duration PERIOD = Duration.ofMillis(500);
    static final int RATE = 8;
    static final int THREE = 3;
    private static final Duration DELAY = Duration.ofMillis(300);
    private static final int HOPS = 10;
    private static final int RETRIES = 4;

    private static final Set<Conflict> ON_ENQUEUEING =
            EnumSet.of(Conflict.LOG, Conflict.RAISE, Conflict.REJECT, Conflict.REPLACE, Conflict.RESCHEDULE);
    private static final Set<Conflict> UNTIL_CALLED = EnumSet.of(Conflict.UPDATE, Conflict.DEBOUNCE);

    /** What is enqueued. */
    record Errand(long n, String key, String other, int millis) {}

    /** Every lock with every strategy that goes with it, and what a handler may need besides. */
    static List<LockScenario> all() {
        var all = new ArrayList<LockScenario>();
        for (var conflict : ON_ENQUEUEING) {
            all.add(enqueueing(Lock.UNTIL_EXECUTING, conflict));
            all.add(enqueueing(Lock.UNTIL_EXECUTED, conflict));
            all.add(enqueueing(Lock.UNTIL_EXPIRED, conflict));
        }
        UNTIL_CALLED.forEach(conflict -> all.add(enqueueing(Lock.UNTIL_EXECUTING, conflict)));
        all.add(enqueueing(Lock.UNTIL_EXPIRED, Conflict.THROTTLE));
        for (var onRun : EnumSet.complementOf(EnumSet.of(RunConflict.CONFIGURED))) {
            all.add(unique(Lock.WHILE_EXECUTING, Conflict.LOG, onRun));
            Stream.concat(ON_ENQUEUEING.stream(), UNTIL_CALLED.stream())
                    .forEach(conflict -> all.add(unique(Lock.UNTIL_AND_WHILE_EXECUTING, conflict, onRun)));
        }
        all.add(enqueueing(Lock.UNTIL_EXECUTED, Conflict.LOG).ofThree());
        all.add(enqueueing(Lock.UNTIL_EXECUTED, Conflict.LOG).inItsLane());
        all.add(unique(Lock.WHILE_EXECUTING, Conflict.LOG, RunConflict.WAIT).ofThree());
        all.add(unique(Lock.WHILE_EXECUTING, Conflict.LOG, RunConflict.WAIT).inItsLane());
        all.addAll(needing());
        return List.copyOf(all);
    }

    /** Each lock and each strategy at least once. */
    static List<LockScenario> some() {
        var ids = Set.of(
                "until-executing-log",
                "until-executing-update",
                "until-executing-debounce",
                "until-executed-raise",
                "until-executed-reject",
                "until-executed-reschedule",
                "until-executed-log-three",
                "until-expired-replace",
                "until-expired-throttle",
                "while-executing-wait",
                "while-executing-log",
                "while-executing-raise",
                "while-executing-reject",
                "while-executing-reschedule",
                "while-executing-wait-three",
                "while-executing-wait-in-lanes",
                "until-and-while-executing-log-wait",
                "until-and-while-executing-replace-reject",
                "until-and-while-executing-update-reschedule",
                "lane",
                "desk",
                "printer",
                "accounts",
                "rate");
        return all().stream().filter(s -> ids.contains(s.id)).toList();
    }

    private static List<LockScenario> needing() {
        return List.of(
                needing("lane", List.of(), 0).inItsLane("lane"),
                needing("desk", List.of("fleet-desk(key)"), 0),
                needing("lane-and-counter", List.of("fleet-counter(other)"), 0).inItsLane("lane-and-counter"),
                needing("printer", List.of("fleet-printer*" + THREE), 0),
                needing("accounts", List.of("fleet-account(key)", "fleet-account(other)"), 0),
                needing("rate", List.of("fleet-calls*" + RATE + "/" + PERIOD.toMillis() + "ms"), RATE));
    }

    private static LockScenario needing(String id, List<String> needs, int rate) {
        return new LockScenario(id, null, Conflict.LOG, RunConflict.WAIT, 1, needs, rate, false);
    }

    private static LockScenario enqueueing(Lock lock, Conflict conflict) {
        var id = word(lock) + "-" + word(conflict);
        return new LockScenario(id, lock, conflict, RunConflict.WAIT, 1, List.of(), 0, false);
    }

    private static LockScenario unique(Lock lock, Conflict conflict, RunConflict onRun) {
        var id = word(lock) + (lock == Lock.WHILE_EXECUTING ? "" : "-" + word(conflict)) + "-" + word(onRun);
        return new LockScenario(id, lock, conflict, onRun, 1, List.of(), 0, false);
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private LockScenario ofThree() {
        return new LockScenario(id + "-three", lock, conflict, onRun, THREE, needs, rate, inLanes);
    }

    private LockScenario inItsLane() {
        return inItsLane(id + "-in-lanes");
    }

    private LockScenario inItsLane(String name) {
        return new LockScenario(name, lock, conflict, onRun, limit, needs, rate, true);
    }

    void register(LaneJobRegistry registry, EventFunction<Errand> function) {
        var job = registry.job(id, Errand.class, function)
                .maxRetries(RETRIES)
                .backoff(Duration.ofMillis(100), Duration.ofMillis(200));
        if (inLanes) {
            job.resource("key");
        }
        if (!needs.isEmpty()) {
            job.locks(needs.toArray(String[]::new));
        }
        if (lock != null) {
            unique(job, lock);
        }
    }

    private void unique(LaneJobRegistration<Errand> job, Lock with) {
        job.unique(with, "key").uniqueLimit(limit);
        if (with == Lock.UNTIL_EXPIRED) {
            job.uniqueTtl(ttl());
        }
        if (with.isHeldFromEnqueueing()) {
            job.onConflict(conflict);
        }
        if (with.isHeldInTheRun()) {
            job.onRunConflict(onRun);
        }
        var again = conflict == Conflict.RESCHEDULE || onRun == RunConflict.RESCHEDULE;
        if (again) {
            job.uniqueMaxHops(HOPS);
        }
        if (again || conflict == Conflict.DEBOUNCE) {
            job.uniqueDelay(DELAY);
        }
    }

    Duration ttl() {
        return conflict == Conflict.THROTTLE ? THROTTLE_TTL : TTL;
    }

    boolean isHeldFromEnqueueing() {
        return lock != null && lock.isHeldFromEnqueueing();
    }

    /** Whether those that wait for a lock come one at a time and in turn. */
    boolean keepsTurns() {
        var locks = runLocks("one", "other").values();
        return onRun == RunConflict.WAIT && !locks.isEmpty() && locks.stream().allMatch(most -> most == 1);
    }

    /** What only so many may be at while its handler is called, for an errand: by name, how many. */
    Map<String, Integer> exclusions(String key, String other) {
        var most = new LinkedHashMap<String, Integer>();
        if (inLanes) {
            most.put("lane " + key, 1);
        }
        if (lock == Lock.UNTIL_EXECUTED) {
            most.put("job " + key, limit);
        }
        most.putAll(runLocks(key, other));
        return most;
    }

    /** Of these, those that are locks of runs. */
    Map<String, Integer> runLocks(String key, String other) {
        var most = new LinkedHashMap<String, Integer>();
        if (lock != null && lock.isHeldInTheRun()) {
            most.put("run " + key, limit);
        }
        switch (id) {
            case "desk" -> most.put("desk " + key, 1);
            case "lane-and-counter" -> most.put("counter " + other, 1);
            case "printer" -> most.put("printer", THREE);
            case "accounts" -> {
                most.put("account " + key, 1);
                most.put("account " + other, 1);
            }
            default -> {}
        }
        return most;
    }

    @Override
    public String toString() {
        return id;
    }
}
