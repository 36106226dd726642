package dev.lanekeeper.handler;

import dev.lanekeeper.handler.HandlerDefinition.KafkaSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What must hold between handlers: ids, lanes, consumer groups and locks. */
final class SharedRules {

    private final Problems problems;

    SharedRules(Problems problems) {
        this.problems = problems;
    }

    /** A handler and where it was written. */
    record Written(String where, HandlerDefinition definition) {}

    void check(List<Written> handlers) {
        for (int i = 0; i < handlers.size(); i++) {
            for (int j = i + 1; j < handlers.size(); j++) {
                check(handlers.get(i), handlers.get(j));
            }
        }
        checkLanes(handlers);
        new SharedLocks(problems).check(handlers);
    }

    private void check(Written one, Written other) {
        if (one.definition().id().equals(other.definition().id())) {
            if (!one.definition().id().isEmpty()) {
                problems.add(other.where(), "its id is taken by " + one.where(), "Give each handler an id of its own");
            }
            return;
        }
        if (one.definition().source() instanceof KafkaSource mine
                && other.definition().source() instanceof KafkaSource theirs) {
            checkGroups(one, mine, other, theirs);
        }
    }

    private void checkGroups(Written one, KafkaSource mine, Written other, KafkaSource theirs) {
        String topic = mine.groupId().equals(theirs.groupId()) ? commonTopic(mine, theirs) : null;
        if (topic != null) {
            problems.add(
                    other.where(),
                    "it shares consumer group '" + mine.groupId() + "' and " + topic + " with " + one.where()
                            + ", so each would get only some of the records",
                    "Give each handler a groupId of its own");
        }
    }

    private static @Nullable String commonTopic(KafkaSource one, KafkaSource other) {
        if (one.topicPattern() != null && other.topicPattern() != null) {
            return one.topicPattern().pattern().equals(other.topicPattern().pattern())
                    ? "topic pattern '" + one.topicPattern() + "'"
                    : null;
        }
        return one.topics().stream()
                .filter(topic -> takes(other, topic))
                .findFirst()
                .or(() -> other.topics().stream()
                        .filter(topic -> takes(one, topic))
                        .findFirst())
                .map(topic -> "topic '" + topic + "'")
                .orElse(null);
    }

    private static boolean takes(KafkaSource source, String topic) {
        return source.topics().contains(topic)
                || (source.topicPattern() != null
                        && source.topicPattern().matcher(topic).matches());
    }

    private void checkLanes(List<Written> handlers) {
        Map<String, Written> first = new HashMap<>();
        for (Written handler : handlers) {
            String group = handler.definition().lanes().group();
            Written other = first.putIfAbsent(group, handler);
            if (other != null
                    && other.definition().encrypt() != handler.definition().encrypt()) {
                problems.add(
                        handler.where(),
                        "it shares the lanes '" + group + "' with " + other.where()
                                + ", but only one of them encrypts, so"
                                + " the lanes of one resource would not be the same",
                        "Give all handlers of these lanes the same encrypt; handlers of outbox entries have none");
            }
            if (other != null
                    && other.definition().failures().onFailure()
                            != handler.definition().failures().onFailure()) {
                problems.add(
                        handler.where(),
                        "it shares the lanes '" + group + "' with " + other.where() + ", but not its onFailure",
                        "Give all handlers of these lanes the same onFailure");
            }
        }
    }
}
