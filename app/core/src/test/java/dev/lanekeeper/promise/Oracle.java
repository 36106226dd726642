package dev.lanekeeper.promise;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Compares what was produced with what has come of it, in a table without any unique constraint; looks at no table and no
 * number of Lanekeeper's.
 */
final class Oracle {

    private static final int NAMED = 5;

    private final JdbcClient jdbc;
    private final Journal journal;

    Oracle(JdbcClient jdbc, Journal journal) {
        this.jdbc = jdbc;
        this.journal = journal;
    }

    static void createTable(JdbcClient jdbc) {
        jdbc.sql("""
                        CREATE TABLE effect (
                          id       bigserial,
                          handler  text,
                          resource text,
                          number   bigint,
                          attempt  integer,
                          token    bigint,
                          left_at  timestamptz DEFAULT clock_timestamp())
                        """).update();
    }

    /** What is wrong with a transactional handler: missing, twice, out of order, invented. Empty when nothing is. */
    List<String> faultsOfExactlyOnce(String handler) {
        return faults(handler, 0);
    }

    /** The same for any other handler, which may repeat some. */
    List<String> faultsOfAtLeastOnce(String handler, long repeatsAllowed) {
        return faults(handler, repeatsAllowed);
    }

    /** How many effects were left more than once. */
    long repeats(String handler) {
        return seen(handler).values().stream().mapToLong(Seen::repeats).sum();
    }

    private List<String> faults(String handler, long repeatsAllowed) {
        var faults = new ArrayList<String>();
        var seen = seen(handler);
        var produced = journal.byResource();
        produced.forEach((resource, numbers) ->
                compare(faults, handler + " " + resource, numbers, firsts(seen, resource, numbers)));
        seen.forEach(
                (resource, s) -> invented(faults, handler, resource, s, produced.getOrDefault(resource, List.of())));
        var repeats = seen.values().stream().mapToLong(Seen::repeats).sum();
        if (repeats > repeatsAllowed) {
            var examples = seen.entrySet().stream()
                    .filter(e -> e.getValue().repeats() > 0)
                    .map(e -> e.getKey() + " " + some(e.getValue().repeated))
                    .limit(NAMED)
                    .toList();
            faults.add("%s: %d effects are there again, allowed are %d: %s"
                    .formatted(handler, repeats, repeatsAllowed, examples));
        }
        return faults;
    }

    /** The produced numbers in the order in which their first effects were left. */
    private static List<Long> firsts(Map<String, Seen> seen, String resource, List<Long> produced) {
        var known = Set.copyOf(produced);
        return seen.getOrDefault(resource, new Seen()).first.stream()
                .filter(known::contains)
                .toList();
    }

    private static void compare(List<String> faults, String where, List<Long> produced, List<Long> first) {
        if (produced.equals(first)) {
            return;
        }
        var missing = new LinkedHashSet<>(produced);
        missing.removeAll(Set.copyOf(first));
        if (!missing.isEmpty()) {
            faults.add("%s: %d of %d are missing: %s".formatted(where, missing.size(), produced.size(), some(missing)));
        }
        var expected = produced.stream().filter(n -> !missing.contains(n)).toList();
        for (var place = 0; place < expected.size(); place++) {
            if (!expected.get(place).equals(first.get(place))) {
                faults.add("%s: %d came where %d should have come"
                        .formatted(where, first.get(place), expected.get(place)));
                return;
            }
        }
    }

    private void invented(List<String> faults, String handler, String resource, Seen seen, List<Long> produced) {
        var invented = new LinkedHashSet<>(seen.first);
        invented.removeAll(Set.copyOf(produced));
        invented.removeIf(n -> journal.isDoubtful(resource, n));
        if (!invented.isEmpty()) {
            faults.add("%s %s: nobody produced %s".formatted(handler, resource, some(invented)));
        }
    }

    private Map<String, Seen> seen(String handler) {
        var byResource = new LinkedHashMap<String, Seen>();
        jdbc.sql("SELECT resource, number FROM effect WHERE handler = ? ORDER BY id")
                .param(handler)
                .query(row -> {
                    byResource
                            .computeIfAbsent(row.getString("resource"), r -> new Seen())
                            .add(row.getLong("number"));
                });
        return byResource;
    }

    private static String some(Collection<Long> numbers) {
        return numbers.stream().limit(NAMED).toList() + (numbers.size() > NAMED ? " and more" : "");
    }

    private static final class Seen {

        private final Set<Long> first = new LinkedHashSet<>();
        private final List<Long> repeated = new ArrayList<>();

        private void add(long number) {
            if (!first.add(number)) {
                repeated.add(number);
            }
        }

        private long repeats() {
            return repeated.size();
        }
    }
}
