package dev.lanekeeper.intake.kafka;

import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which topics a cluster has; tests replace it. Calls may take seconds when the cluster is away. */
interface Topics extends AutoCloseable {

    /**
     * The ids of those topics that exist, of the named ones and of those that match.
     *
     * @throws org.apache.kafka.common.KafkaException when the cluster does not answer
     */
    Map<String, UUID> find(Set<String> names, @Nullable Pattern pattern);

    @Override
    void close();
}
