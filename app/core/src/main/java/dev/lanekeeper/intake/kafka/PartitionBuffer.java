package dev.lanekeeper.intake.kafka;

import dev.lanekeeper.work.NewItem;
import dev.lanekeeper.work.PartitionClaim;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What one consumer holds of one partition between two assignments: records that are not stored yet, and how far they are.
 *
 * <p>A new assignment has a new buffer, so that what is still under way for an old one cannot touch it. All but the
 * committed offset is guarded by the flusher's lock.
 */
final class PartitionBuffer {

    /** A record, its weight in memory, and when it came. */
    record Entry(NewItem item, Optional<Integer> leaderEpoch, long bytes, long bufferedAt) {}

    /** Up to where a partition is stored. */
    record Stored(long nextOffset, Optional<Integer> leaderEpoch) {}

    private final TopicPartition partition;
    private final PartitionClaim claim;
    private final Deque<Entry> entries = new ArrayDeque<>();
    private long bytes;
    private boolean draining;
    private boolean inFlight;
    private boolean dropped;
    private @Nullable Stored stored;
    private long committedOffset = -1;

    PartitionBuffer(TopicPartition partition, PartitionClaim claim) {
        this.partition = partition;
        this.claim = claim;
    }

    TopicPartition partition() {
        return partition;
    }

    /** With how far it is stored by now. */
    PartitionClaim claim() {
        return stored == null ? claim : claim.reaching(stored.nextOffset());
    }

    void add(List<Entry> more) {
        entries.addAll(more);
        more.forEach(e -> bytes += e.bytes());
    }

    /** Takes records from the front: at most so many, and at most so many bytes unless {@code evenIfLarger}. */
    List<Entry> take(int most, long mostBytes, boolean evenIfLarger) {
        var taken = new ArrayList<Entry>();
        var room = mostBytes;
        while (taken.size() < most && !entries.isEmpty()) {
            var next = entries.getFirst();
            if (next.bytes() > room && !(evenIfLarger && taken.isEmpty())) {
                break;
            }
            room -= next.bytes();
            bytes -= next.bytes();
            taken.add(entries.removeFirst());
        }
        inFlight = !taken.isEmpty();
        return taken;
    }

    /** Records up to here are committed in the database; never falls. */
    void landed(@Nullable Stored upTo) {
        inFlight = false;
        if (upTo != null && (stored == null || upTo.nextOffset() > stored.nextOffset())) {
            stored = upTo;
        }
    }

    void drop() {
        dropped = true;
        entries.clear();
        bytes = 0;
    }

    void drain(boolean now) {
        draining = now;
    }

    boolean isDraining() {
        return draining;
    }

    boolean isDropped() {
        return dropped;
    }

    /** Whether records wait here, those under way not counted. */
    boolean hasWaiting() {
        return !entries.isEmpty();
    }

    /** Whether everything that was ever added is stored or dropped. */
    boolean isSettled() {
        return entries.isEmpty() && !inFlight;
    }

    int size() {
        return entries.size();
    }

    long bytes() {
        return bytes;
    }

    /** When the oldest waiting record came; only if there is one. */
    long oldest() {
        return entries.getFirst().bufferedAt();
    }

    @Nullable
    Stored stored() {
        return stored;
    }

    /** The offset that Kafka confirmed for this assignment, -1 for none; touched by the consumer's thread only. */
    long committedOffset() {
        return committedOffset;
    }

    void committed(long offset) {
        committedOffset = Math.max(committedOffset, offset);
    }
}
