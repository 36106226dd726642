package dev.lanekeeper.intake.kafka;

import dev.lanekeeper.handler.HandlerDefinition;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;

/**
 * The client settings of one consumer: Spring's ({@code spring.kafka.*}), then the handler's own properties, then those that
 * the protocol of the intake dictates and nobody may change.
 *
 * <p>Where neither says anything: cooperative assignment, 1000 records a poll, answers of at most 16 MB so that what is
 * fetched ahead stays small beside what is buffered, no topics created by use, and a reconnect back-off that keeps the client's own
 * warnings about an unreachable broker at about one every two seconds and consumer. To have fewer still, set {@code
 * logging.level.org.apache.kafka.clients.NetworkClient=ERROR}: Lanekeeper says itself, once, when Kafka goes and comes back.
 */
final class ConsumerSettings {

    private static final Duration LONGEST_HAND_BACK = Duration.ofSeconds(10);

    private ConsumerSettings() {}

    static Map<String, Object> of(Map<String, Object> spring, HandlerDefinition handler, int number) {
        var settings = withDefaults(common(spring, handler));
        var several = handler.kafka().concurrency() > 1;
        var clientId = settings.getOrDefault(ConsumerConfig.CLIENT_ID_CONFIG, "lanekeeper-" + handler.id());
        settings.put(ConsumerConfig.CLIENT_ID_CONFIG, several ? clientId + "-" + number : clientId);
        if (several) {
            settings.computeIfPresent(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, (k, id) -> id + "-" + number);
        }
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, handler.kafka().groupId());
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        return settings;
    }

    /** What all clients of a handler share, the one that looks for topics included. */
    static Map<String, Object> common(Map<String, Object> spring, HandlerDefinition handler) {
        var settings = new HashMap<>(spring);
        settings.putAll(handler.kafka().properties());
        settings.remove(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG);
        settings.remove(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG);
        settings.keySet().removeIf(key -> key.startsWith("spring."));
        return settings;
    }

    /** How long a revocation may take: well within what the group allows between two polls. */
    static Duration handBack(Map<String, Object> settings) {
        var interval = settings.get(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG);
        var most = interval == null ? LONGEST_HAND_BACK : Duration.ofMillis(Long.parseLong(interval.toString()) / 3);
        return most.compareTo(LONGEST_HAND_BACK) < 0 ? most : LONGEST_HAND_BACK;
    }

    private static Map<String, Object> withDefaults(Map<String, Object> settings) {
        var protocol = String.valueOf(settings.get(ConsumerConfig.GROUP_PROTOCOL_CONFIG));
        if (!protocol.toLowerCase(Locale.ROOT).equals("consumer")) {
            settings.putIfAbsent(
                    ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        }
        settings.putIfAbsent(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1000);
        settings.putIfAbsent(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 16 << 20);
        settings.putIfAbsent(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.putIfAbsent(ConsumerConfig.RECONNECT_BACKOFF_MS_CONFIG, 250);
        settings.putIfAbsent(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 2000);
        return settings;
    }
}
