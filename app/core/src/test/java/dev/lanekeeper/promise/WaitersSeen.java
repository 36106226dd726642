package dev.lanekeeper.promise;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Looks again and again who waits for a lock behind whom, and in the end whether they came in this order. */
final class WaitersSeen {

    private final JdbcClient jdbc;
    private final Set<Pair> pairs = new LinkedHashSet<>();

    WaitersSeen(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    private record Pair(long before, long behind) {}

    private record Waiter(UUID digest, long itemId) {}

    void look() {
        var before = new HashMap<UUID, Long>();
        for (var waiter : jdbc.sql("""
                        SELECT digest, item_id
                          FROM lanekeeper.lock_waiter
                         WHERE woken_at IS NULL AND hops = 0
                         ORDER BY digest, ticket
                        """).query(Waiter.class).list()) {
            var last = before.put(waiter.digest(), waiter.itemId());
            if (last != null) {
                pairs.add(new Pair(last, waiter.itemId()));
            }
        }
    }

    /** How many were seen behind another. */
    int seen() {
        return pairs.size();
    }

    /** Where one began before another that had waited longer; for locks that one may have at a time. */
    List<String> faults(LockScenario scenario) {
        var entered = new HashMap<Long, Integer>();
        for (var visit : FleetBooks.of(scenario, jdbc).firstVisits()) {
            entered.put(visit.item(), entered.size());
        }
        return faults(scenario, entered);
    }

    private List<String> faults(LockScenario scenario, Map<Long, Integer> places) {
        var faults = new ArrayList<String>();
        for (var pair : pairs) {
            var before = places.get(pair.before());
            var behind = places.get(pair.behind());
            if (before != null && behind != null && behind < before) {
                faults.add(scenario.id() + ": item " + pair.behind() + " came before item " + pair.before()
                        + ", which had waited longer");
            }
        }
        return faults;
    }
}
