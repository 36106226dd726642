package dev.lanekeeper.intake.kafka;

import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.handler.HandlerDefinition.KafkaSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Asks Kafka up to where its partitions reach, so that what waits there can be told for all nodes. Takes seconds while Kafka
 * is away, so it is called from a thread of its own, by one at a time.
 */
public final class PartitionEnds implements AutoCloseable {

    private final KafkaClientSettings kafka;
    private final Supplier<List<HandlerDefinition>> handlers;
    private final Map<Map<String, Object>, AdminTopics> clusters = new HashMap<>();

    /** @param handlers of this node; each may read from a cluster of its own */
    public PartitionEnds(KafkaClientSettings kafka, Supplier<List<HandlerDefinition>> handlers) {
        this.kafka = kafka;
        this.handlers = handlers;
    }

    /** A partition. */
    public record Place(String topic, int partition) {}

    /**
     * What Kafka has answered.
     *
     * @param byHandler the offset behind the last record of each partition; without the handlers whose cluster is away
     * @param problem why a cluster could not be asked; {@code null} when all have answered
     */
    public record Ends(
            Map<String, Map<Place, Long>> byHandler,
            @Nullable String problem) {}

    /** @param topics those of each handler; a handler that this node does not have is looked for in the usual cluster */
    public synchronized Ends ask(Map<String, Set<String>> topics) {
        var byHandler = new HashMap<String, Map<Place, Long>>();
        String problem = null;
        for (var cluster : byCluster(topics).entrySet()) {
            try {
                byHandler.putAll(ask(cluster.getKey(), cluster.getValue()));
            } catch (KafkaException e) {
                problem = Outage.line(e);
            }
        }
        return new Ends(byHandler, problem);
    }

    private Map<Map<String, Object>, Map<String, Set<String>>> byCluster(Map<String, Set<String>> topics) {
        var settings = new HashMap<String, Map<String, Object>>();
        handlers.get().stream()
                .filter(h -> h.source() instanceof KafkaSource)
                .forEach(h -> settings.put(h.id(), ConsumerSettings.common(kafka.consumer(), h)));
        var byCluster = new HashMap<Map<String, Object>, Map<String, Set<String>>>();
        topics.forEach((handler, names) -> byCluster
                .computeIfAbsent(
                        AdminTopics.settings(settings.getOrDefault(handler, kafka.consumer())), c -> new HashMap<>())
                .put(handler, names));
        return byCluster;
    }

    private Map<String, Map<Place, Long>> ask(Map<String, Object> cluster, Map<String, Set<String>> topics) {
        var names = new HashSet<String>();
        topics.values().forEach(names::addAll);
        var ends = clusters.computeIfAbsent(cluster, AdminTopics::new).ends(names);
        var byHandler = new HashMap<String, Map<Place, Long>>();
        topics.forEach((handler, of) -> byHandler.put(handler, of(of, ends)));
        return byHandler;
    }

    private static Map<Place, Long> of(Set<String> topics, Map<TopicPartition, Long> ends) {
        var places = new HashMap<Place, Long>();
        ends.forEach((partition, end) -> {
            if (topics.contains(partition.topic())) {
                places.put(new Place(partition.topic(), partition.partition()), end);
            }
        });
        return places;
    }

    @Override
    public synchronized void close() {
        clusters.values().forEach(AdminTopics::close);
        clusters.clear();
    }
}
