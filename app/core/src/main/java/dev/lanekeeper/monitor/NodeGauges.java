package dev.lanekeeper.monitor;

import dev.lanekeeper.dispatch.Node;
import dev.lanekeeper.intake.kafka.IntakeStatus;
import dev.lanekeeper.intake.kafka.IntakeStatus.ConsumerStatus;
import dev.lanekeeper.intake.kafka.IntakeStatus.PartitionStatus;
import dev.lanekeeper.intake.kafka.KafkaIntakes;
import dev.lanekeeper.lock.RemoteLocks;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Shows what this node is doing; asks only when a registry is read. */
final class NodeGauges {

    private final MeterRegistry registry;
    private final Supplier<Unfinished> counts;
    private final List<Meter> shown = new ArrayList<>();
    private @Nullable Unfinished unfinished;

    /** @param counts begins to count what waits for handlers that have no intake */
    NodeGauges(MeterRegistry registry, Supplier<Unfinished> counts) {
        this.registry = registry;
        this.counts = counts;
    }

    /** @param moves whether this node moves entries and stores jobs that are due */
    synchronized void show(Node node, @Nullable KafkaIntakes intakes, boolean moves) {
        gauge("lanekeeper.workers", Tags.empty(), node::workers);
        gauge("lanekeeper.workers.busy", Tags.empty(), node::busyWorkers);
        gauge("lanekeeper.runs", Tags.empty(), () -> node.runs().size());
        gauge("lanekeeper.jobserver.running", Tags.empty(), () -> node.isJobServerRunning() ? 1 : 0);
        gauge("lanekeeper.lease.valid", Tags.empty(), () -> node.life().mayStart() ? 1 : 0);
        showLocks(node.locks());
        if (intakes != null) {
            intakes.status().forEach(status -> showIntake(intakes, status.handlerId()));
        }
        if (moves) {
            unfinished = counts.get();
            showUnfinished(unfinished);
        }
    }

    private void showLocks(RemoteLocks locks) {
        if (locks.isUsed()) {
            gauge(
                    "lanekeeper.locks.redis.up",
                    Tags.empty(),
                    () -> locks.status().awaySince() == null ? 1 : 0);
            gauge(
                    "lanekeeper.locks.redis.held",
                    Tags.empty(),
                    () -> locks.status().held());
            counter("lanekeeper.locks.redis.lost", () -> locks.status().lost());
            counter("lanekeeper.locks.redis.retaken", () -> locks.status().retaken());
            counter("lanekeeper.locks.redis.unasked", () -> locks.status().unasked());
        }
    }

    private void counter(String name, Supplier<Number> value) {
        shown.add(
                FunctionCounter.builder(name, value, v -> v.get().doubleValue()).register(registry));
    }

    private void showUnfinished(Unfinished unfinished) {
        unfinished
                .handlers()
                .forEach((number, handler) ->
                        gauge("lanekeeper.items.waiting", Tags.of("handler", handler), () -> unfinished.of(number)));
    }

    private void showIntake(KafkaIntakes intakes, String handler) {
        var tags = Tags.of("handler", handler);
        for (var state : IntakeStatus.State.values()) {
            gauge(
                    "lanekeeper.intake.state",
                    tags.and("state", state.name().toLowerCase(Locale.ROOT)),
                    () -> intakes.status(handler).state() == state ? 1 : 0);
        }
        gauge("lanekeeper.items.waiting", tags, () -> intakes.waiting(handler));
        gauge("lanekeeper.intake.lag", tags, () -> lag(intakes.status(handler)));
        gauge("lanekeeper.intake.buffered", tags, () -> sum(intakes.status(handler), ConsumerStatus::bufferedRecords));
        gauge(
                "lanekeeper.intake.partitions",
                tags,
                () -> sum(intakes.status(handler), c -> c.partitions().size()));
        gauge(
                "lanekeeper.intake.partitions.stopped",
                tags,
                () -> partitions(intakes.status(handler))
                        .filter(p -> p.stoppedReason() != null)
                        .count());
    }

    /** The lag of what this node reads; not a number until the lag of a partition is known. */
    private static double lag(IntakeStatus status) {
        var known = partitions(status)
                .map(PartitionStatus::lag)
                .filter(Objects::nonNull)
                .mapToLong(Long::longValue)
                .summaryStatistics();
        return known.getCount() == 0 ? Double.NaN : known.getSum();
    }

    private static double sum(IntakeStatus status, ToDoubleFunction<ConsumerStatus> value) {
        return status.consumers().stream().mapToDouble(value).sum();
    }

    private static Stream<PartitionStatus> partitions(IntakeStatus status) {
        return status.consumers().stream().flatMap(c -> c.partitions().stream());
    }

    private void gauge(String name, Tags tags, Supplier<Number> value) {
        shown.add(Gauge.builder(name, value).tags(tags).register(registry));
    }

    synchronized void remove() {
        if (unfinished != null) {
            unfinished.close();
            unfinished = null;
        }
        shown.forEach(registry::remove);
        shown.clear();
    }
}
