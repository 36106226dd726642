package dev.lanekeeper.console.lag;

import dev.lanekeeper.console.lag.Lag.PartitionLag;
import dev.lanekeeper.console.lag.ProgressSearch.Progress;
import dev.lanekeeper.console.page.Background;
import dev.lanekeeper.console.page.Background.Seen;
import dev.lanekeeper.console.page.Times;
import dev.lanekeeper.intake.kafka.PartitionEnds;
import dev.lanekeeper.intake.kafka.PartitionEnds.Ends;
import dev.lanekeeper.intake.kafka.PartitionEnds.Place;
import dev.lanekeeper.work.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Asks Kafka and the database now and then, while somebody looks, how much waits in Kafka; no page waits for Kafka. */
public final class LagWatch implements AutoCloseable {

    private static final Duration REST = Duration.ofSeconds(4);
    private static final Duration PATIENCE = Duration.ofMillis(400);

    private final ProgressSearch search;
    private final PartitionEnds ends;
    private final Background<Lag> background;

    public LagWatch(Database database, PartitionEnds ends, Times times) {
        this.search = new ProgressSearch(database);
        this.ends = ends;
        this.background = new Background<>("lag", REST, times::now, this::find);
    }

    public Seen<Lag> look() {
        return background.look(PATIENCE);
    }

    private Lag find() {
        var progress = search.all();
        var answer = ends.ask(topics(progress));
        return new Lag(partitions(progress, answer), answer.problem());
    }

    /** Those that a handler names and those that it has read from, which a pattern may have matched. */
    private Map<String, Set<String>> topics(List<Progress> progress) {
        var topics = new HashMap<String, Set<String>>();
        for (var source : search.sources()) {
            var names = topics.computeIfAbsent(source.handler(), h -> new HashSet<>());
            if (source.topics() != null && !source.topics().startsWith("/")) {
                names.addAll(List.of(source.topics().split(",")));
            }
        }
        progress.forEach(
                p -> topics.computeIfAbsent(p.handler(), h -> new HashSet<>()).add(p.topic()));
        return topics;
    }

    private record Key(String handler, String topic, int partition) implements Comparable<Key> {

        @Override
        public int compareTo(Key other) {
            var byHandler = handler.compareTo(other.handler);
            var byTopic = byHandler == 0 ? topic.compareTo(other.topic) : byHandler;
            return byTopic == 0 ? Integer.compare(partition, other.partition) : byTopic;
        }
    }

    private static List<PartitionLag> partitions(List<Progress> progress, Ends ends) {
        var rows = new TreeMap<Key, PartitionLag>();
        ends.byHandler()
                .forEach((handler, places) -> places.forEach((place, end) -> rows.put(
                        new Key(handler, place.topic(), place.partition()),
                        new PartitionLag(handler, place.topic(), place.partition(), null, end, 0, null, null))));
        for (var p : progress) {
            var end = ends.byHandler().getOrDefault(p.handler(), Map.of()).get(new Place(p.topic(), p.partition()));
            rows.put(
                    new Key(p.handler(), p.topic(), p.partition()),
                    new PartitionLag(
                            p.handler(),
                            p.topic(),
                            p.partition(),
                            p.nextOffset(),
                            end,
                            p.lostAtBroker(),
                            p.stoppedReason(),
                            p.node()));
        }
        return new ArrayList<>(rows.values());
    }

    @Override
    public void close() {
        background.close();
        ends.close();
    }
}
