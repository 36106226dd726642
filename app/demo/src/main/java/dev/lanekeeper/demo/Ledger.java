package dev.lanekeeper.demo;

import dev.lanekeeper.demo.Effects.Effect;
import dev.lanekeeper.demo.SampleEvents.Fate;
import dev.lanekeeper.demo.SampleEvents.Sample;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The producer's own list of what it sent, compared with the effects of the handlers. It trusts no count of Lanekeeper's: only
 * what the broker acknowledged, the table that the handlers wrote to, and the places of the records that failed.
 */
final class Ledger {

    private final List<Entry> entries = new ArrayList<>();

    /** Where a record lies in Kafka. */
    record Place(String topic, int partition, long offset) {}

    private record Entry(String topic, String eventId, Place place, Fate fate) {}

    private record Lane(String topic, String resource) {}

    private record Event(String topic, String eventId) {}

    /**
     * What the comparison found.
     *
     * @param missing events without the effect, or the failure, that they should have
     * @param doubled effects that are there once too often, also those of events that were to fail
     * @param misordered effects that came after a later one of their resource
     */
    record Verdict(long missing, long doubled, long misordered) {

        boolean isClean() {
            return missing == 0 && doubled == 0 && misordered == 0;
        }
    }

    /** Called when the broker has acknowledged a record. */
    synchronized void sent(Sample sample, Place place) {
        entries.add(new Entry(sample.topic(), sample.eventId(), place, sample.fate()));
    }

    synchronized int size() {
        return entries.size();
    }

    synchronized long count(Fate fate) {
        return entries.stream().filter(e -> e.fate() == fate).count();
    }

    /** @param effects in the order in which they happened */
    synchronized Verdict verdict(List<Effect> effects, Set<Place> failures) {
        var left = new HashMap<Event, Integer>();
        effects.forEach(e -> left.merge(new Event(e.topic(), e.eventId()), 1, Integer::sum));
        var missing = 0L;
        for (var entry : entries) {
            missing += switch (entry.fate()) {
                case DONE -> takeOne(left, entry) ? 0 : 1;
                case FAILED -> failures.contains(entry.place()) ? 0 : 1;
                case DUPLICATE -> 0;
            };
        }
        return new Verdict(missing, sum(left.values()), misordered(effects));
    }

    private static boolean takeOne(Map<Event, Integer> left, Entry entry) {
        var event = new Event(entry.topic(), entry.eventId());
        var there = left.getOrDefault(event, 0);
        left.put(event, Math.max(0, there - 1));
        return there > 0;
    }

    private static long sum(Collection<Integer> left) {
        return left.stream().mapToLong(Integer::longValue).sum();
    }

    /** An effect that is there twice is no matter of order. */
    private static long misordered(List<Effect> effects) {
        var highest = new HashMap<Lane, Long>();
        var misordered = 0L;
        for (var effect : effects) {
            var before = highest.merge(new Lane(effect.topic(), effect.resource()), effect.number(), Math::max);
            misordered += before > effect.number() ? 1 : 0;
        }
        return misordered;
    }
}
