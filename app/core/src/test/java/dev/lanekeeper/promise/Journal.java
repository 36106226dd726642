package dev.lanekeeper.promise;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** The producer's own list: what the broker has acknowledged, by resource and in order; all that the oracle believes. */
final class Journal {

    private final Map<String, List<Long>> acknowledged = new TreeMap<>();
    private final Set<String> doubtful = ConcurrentHashMap.newKeySet();

    synchronized void acknowledged(String resource, long number) {
        acknowledged.computeIfAbsent(resource, r -> new ArrayList<>()).add(number);
    }

    /** The broker did not say whether it has it. */
    void doubtful(String resource, long number) {
        doubtful.add(resource + "/" + number);
    }

    boolean isDoubtful(String resource, long number) {
        return doubtful.contains(resource + "/" + number);
    }

    synchronized long size() {
        return acknowledged.values().stream().mapToLong(List::size).sum();
    }

    /** The numbers of every resource, in the order in which the broker has them. */
    synchronized Map<String, List<Long>> byResource() {
        var copy = new TreeMap<String, List<Long>>();
        acknowledged.forEach((resource, numbers) -> copy.put(resource, List.copyOf(numbers)));
        return copy;
    }
}
