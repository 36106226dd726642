package dev.lanekeeper.intake.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** Asks a real cluster; its client is made at the first call, since a name that does not resolve yet would fail it. */
final class AdminTopics implements Topics {

    private static final int TIMEOUT_MILLIS = 3000;

    private final Map<String, Object> settings;
    private @Nullable Admin admin;

    AdminTopics(Map<String, Object> settings) {
        this.settings = Map.copyOf(settings);
    }

    /** Of a consumer's settings those by which a cluster is reached; equal ones share a client. */
    static Map<String, Object> settings(Map<String, Object> consumerSettings) {
        var settings = new HashMap<>(consumerSettings);
        settings.keySet().retainAll(AdminClientConfig.configNames());
        settings.keySet().removeIf(k -> k.startsWith("metric") || k.equals("client.id"));
        settings.put("client.id", "lanekeeper-topics");
        settings.put("default.api.timeout.ms", TIMEOUT_MILLIS);
        settings.put("request.timeout.ms", TIMEOUT_MILLIS - 500);
        settings.put("reconnect.backoff.ms", 500);
        settings.put("reconnect.backoff.max.ms", 2000);
        return settings;
    }

    @Override
    public Map<String, UUID> find(Set<String> names, @Nullable Pattern pattern) {
        var wanted = new HashSet<>(names);
        if (pattern != null) {
            get(admin().listTopics(new ListTopicsOptions().timeoutMs(TIMEOUT_MILLIS))
                            .names())
                    .stream()
                    .filter(name -> pattern.matcher(name).matches())
                    .forEach(wanted::add);
        }
        var found = new HashMap<String, UUID>();
        admin().describeTopics(wanted, new DescribeTopicsOptions().timeoutMs(TIMEOUT_MILLIS))
                .topicNameValues()
                .forEach((name, description) -> {
                    try {
                        found.put(name, id(get(description).topicId()));
                    } catch (UnknownTopicOrPartitionException | InvalidTopicException e) {
                        found.remove(name);
                    }
                });
        return found;
    }

    /** Behind the last record of each partition of those topics that exist. */
    Map<TopicPartition, Long> ends(Set<String> names) {
        var wanted = new HashMap<TopicPartition, OffsetSpec>();
        admin().describeTopics(names, new DescribeTopicsOptions().timeoutMs(TIMEOUT_MILLIS))
                .topicNameValues()
                .forEach((name, description) -> {
                    try {
                        get(description)
                                .partitions()
                                .forEach(p -> wanted.put(new TopicPartition(name, p.partition()), OffsetSpec.latest()));
                    } catch (UnknownTopicOrPartitionException | InvalidTopicException e) {
                        wanted.keySet().removeIf(p -> p.topic().equals(name));
                    }
                });
        var offsets = admin().listOffsets(wanted, new ListOffsetsOptions().timeoutMs(TIMEOUT_MILLIS));
        var ends = new HashMap<TopicPartition, Long>();
        wanted.keySet().forEach(p -> ends.put(p, get(offsets.partitionResult(p)).offset()));
        return ends;
    }

    private synchronized Admin admin() {
        if (admin == null) {
            admin = Admin.create(settings);
        }
        return admin;
    }

    private static UUID id(Uuid id) {
        return new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    private static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get(TIMEOUT_MILLIS + 1000L, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException k ? k : new KafkaException(e.getCause());
        } catch (java.util.concurrent.TimeoutException e) {
            throw new TimeoutException("No answer from Kafka", e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    @Override
    public synchronized void close() {
        if (admin != null) {
            admin.close(Duration.ofSeconds(1));
        }
    }
}
