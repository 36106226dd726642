package dev.lanekeeper.promise;

import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.api.job.Unique.RunConflict;
import dev.lanekeeper.promise.FleetBooks.Call;
import dev.lanekeeper.promise.FleetBooks.Item;
import dev.lanekeeper.promise.FleetBooks.Visit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Compares what was enqueued with what has come of it: each job ends in one way, which its strategy allows, those that are to run
 * have run, and each loser is known with the one to which it lost, and counted.
 */
final class LockOracle {

    private final LockScenario scenario;
    private final FleetBooks books;
    private final JdbcClient jdbc;
    private final int repeats;
    private final List<String> faults = new ArrayList<>();

    private LockOracle(FleetBooks books, JdbcClient jdbc, int repeats) {
        this.scenario = books.scenario();
        this.books = books;
        this.jdbc = jdbc;
        this.repeats = repeats;
    }

    /** What is wrong, also when processes were killed meanwhile; empty when nothing is. */
    static List<String> faults(LockScenario scenario, JdbcClient jdbc) {
        return faults(scenario, jdbc, 0);
    }

    /** @param repeats how often an item may be called again by a process that lives, whose lock was lost in the call */
    static List<String> faults(LockScenario scenario, JdbcClient jdbc, int repeats) {
        var books = FleetBooks.of(scenario, jdbc);
        var oracle = new LockOracle(books, jdbc, repeats);
        books.calls().forEach(oracle::checkCall);
        books.items().forEach(oracle::checkItem);
        oracle.checkNewest();
        oracle.faults.addAll(LockTurns.faults(books));
        return oracle.faults;
    }

    /** What is wrong with the counts; only when no process was killed, since listeners are told after the commit. */
    static List<String> faultsOfCounts(LockScenario scenario, JdbcClient jdbc) {
        var oracle = new LockOracle(FleetBooks.of(scenario, jdbc), jdbc, 0);
        oracle.checkCounts();
        return oracle.faults;
    }

    private void fault(String text, Object... values) {
        faults.add(scenario.id() + ": " + text.formatted(values));
    }

    private void checkCall(Call call) {
        if (call.answer() == null) {
            if (!call.ofTheGone()) {
                fault("call %d was never answered", call.n());
            }
            return;
        }
        if (call.last() && !call.was("Accepted", "Scheduled")) {
            fault("call %d came when nobody was there, and was %s of %d", call.n(), call.answer(), call.of());
        }
        if (call.was("Duplicate", "Raised", "Rejected", "Updated", "PutOff") && !books.knows(of(call), call.key())) {
            fault("call %d lost to %d, which nobody knows", call.n(), call.of());
        }
        if (call.was("Duplicate", "Raised")) {
            checkNothingCameOf(call);
        } else {
            checkItemOf(call);
        }
    }

    private static long of(Call call) {
        return Objects.requireNonNull(call.of());
    }

    private void checkNothingCameOf(Call call) {
        if (!books.itemsOf(call.n()).isEmpty()) {
            fault("call %d was refused, and yet there is an item", call.n());
        }
    }

    /** That there is one, and only one; where items take the payloads of others, it is known by its id alone. */
    private void checkItemOf(Call call) {
        var updates = scenario.isHeldFromEnqueueing() && scenario.conflict() == Conflict.UPDATE;
        var its = updates ? books.items().stream().filter(i -> isOf(i, call)).toList() : books.itemsOf(call.n());
        if (its.isEmpty() || (!updates && its.size() > 1)) {
            fault("call %d was %s, and there are %d items of it", call.n(), call.answer(), its.size());
            return;
        }
        var item = its.get(0);
        var expectedId = call.was("Accepted", "Rejected") || (call.was("Replaced") && item.scheduledId() == null);
        if (expectedId && item.id() != Objects.requireNonNull(call.id())) {
            fault("call %d was said to be item %d and is %d", call.n(), call.id(), item.id());
        }
        if (call.was("Rejected") && !"REJECTED".equals(item.state())) {
            fault("call %d was rejected, and its item %d is %s", call.n(), item.id(), item.state());
        }
    }

    private static boolean isOf(Item item, Call call) {
        return call.was("Updated")
                ? item.n() == call.n()
                : call.was("Submitted")
                        ? Objects.equals(item.entryId(), call.id())
                        : Objects.equals(item.id(), call.id());
    }

    private void checkItem(Item item) {
        var visits = books.visitsOf(item.id());
        var state = Objects.requireNonNullElse(item.state(), "unfinished");
        if (!isAllowed(state)) {
            fault("item %d is %s: %s", item.id(), state, item.reason());
        }
        var whole = visits.stream().filter(v -> !v.ofTheGone()).count();
        if (state.equals("DONE") && (visits.isEmpty() || whole > 1 + repeats)) {
            fault("item %d is done, and its handler was called %d times", item.id(), visits.size());
        }
        if (!state.equals("DONE") && whole > repeats) {
            fault("item %d is %s, and its handler was called", item.id(), state);
        }
        if (visits.stream().anyMatch(v -> v.left() == null)) {
            fault("the handler of item %d was not left", item.id());
        }
        if (item.lostTo() != null && !books.knows(item.lostTo(), item.key())) {
            fault("item %d lost to %d, which nobody knows", item.id(), item.lostTo());
        }
        if (state.equals("DISCARDED") && item.lostTo() == null && scenario.onRun() != RunConflict.LOG) {
            fault("item %d was discarded for nobody: %s", item.id(), item.reason());
        }
    }

    private boolean isAllowed(String state) {
        return switch (state) {
            case "DONE" -> true;
            case "DISCARDED" ->
                scenario.onRun() == RunConflict.LOG
                        || (scenario.isHeldFromEnqueueing()
                                && scenario.conflict() != Conflict.REJECT
                                && scenario.conflict() != Conflict.THROTTLE);
            case "REJECTED" ->
                scenario.onRun() == RunConflict.REJECT
                        || scenario.onRun() == RunConflict.RESCHEDULE
                        || (scenario.isHeldFromEnqueueing() && scenario.conflict() == Conflict.REJECT);
            case "FAILED" -> scenario.onRun() == RunConflict.RAISE;
            default -> false;
        };
    }

    /** Where the last of a key counts, what came then, or later, runs after it has come. */
    private void checkNewest() {
        var newestCounts = scenario.isHeldFromEnqueueing()
                && scenario.onRun() == RunConflict.WAIT
                && List.of(Conflict.UPDATE, Conflict.REPLACE, Conflict.DEBOUNCE).contains(scenario.conflict());
        if (!newestCounts || scenario.lock() == Lock.UNTIL_EXPIRED) {
            return;
        }
        var calls = new TreeMap<Long, Call>();
        books.calls().forEach(c -> calls.put(c.n(), c));
        books.calls().stream()
                .filter(c -> c.was("Accepted", "Scheduled", "Replaced", "Updated"))
                .filter(c -> books.visits().stream().noneMatch(v -> isAfter(v, c, calls.get(v.n()))))
                .forEach(c -> fault("call %d was %s, and neither it nor a later one has run", c.n(), c.answer()));
    }

    private static boolean isAfter(Visit visit, Call call, Call ran) {
        return visit.key().equals(call.key())
                && !visit.entered().isBefore(call.called())
                && !ran.answered().isBefore(call.called());
    }

    private void checkCounts() {
        var direct =
                books.calls().stream().filter(c -> c.was("Duplicate", "Raised")).count();
        equal("duplicates", direct + ended("DISCARDED", "duplicate of"), conflicts(1), told("Duplicate"));
        equal("rejected", ended("REJECTED", "duplicate of"), conflicts(2), told("Rejected"));
        equal("replaced", ended("DISCARDED", "replaced by"), conflicts(3, 6), told("Replaced"));
        equal("updated", ended("DISCARDED", "its payload was taken"), conflicts(4), told("Updated"));
        equal("given up", ended("DISCARDED", "put off"), conflicts(8), told("GaveUp"));
        equal("put off", told("PutOff"), conflicts(5, 7), told("PutOff"));
        switch (scenario.onRun()) {
            case LOG -> equal("refused", ended("DISCARDED", "the lock"), conflicts(9), told("Refused LOG"));
            case REJECT -> equal("refused", ended("REJECTED", "the lock"), conflicts(11), told("Refused REJECT"));
            case RAISE -> equal("refused", failures(), conflicts(10), told("Refused RAISE"));
            case WAIT, RESCHEDULE -> {}
        }
    }

    private void equal(String what, long expected, long... counted) {
        for (var number : counted) {
            if (number != expected) {
                fault("%d were %s, and %d are counted", expected, what, number);
            }
        }
    }

    private long ended(String state, String reason) {
        return books.items().stream()
                .filter(i -> state.equals(i.state()) && i.reason().startsWith(reason))
                .count();
    }

    private long failures() {
        return books.items().stream().mapToLong(Item::failures).sum();
    }

    private long conflicts(Integer... reasons) {
        return jdbc.sql("""
                        SELECT coalesce(sum(c.number), 0)
                          FROM lanekeeper.unique_conflict AS c
                          JOIN lanekeeper.handler AS h USING (handler_id)
                         WHERE h.name = ? AND c.reason = ANY (?)
                        """)
                .param(scenario.id())
                .param(reasons)
                .query(Long.class)
                .single();
    }

    private long told(String what) {
        return jdbc.sql("SELECT count(*) FROM told WHERE scenario = ? AND what = ?")
                .param(scenario.id())
                .param(what)
                .query(Long.class)
                .single();
    }
}
