package dev.lanekeeper.intake.kafka;

import dev.lanekeeper.intake.kafka.PartitionBuffer.Entry;
import dev.lanekeeper.intake.kafka.PartitionBuffer.Stored;
import dev.lanekeeper.work.NewItem;
import dev.lanekeeper.work.PartitionClaim;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The records that one flush takes out of the buffers, those of the partition that waits longest first. */
final class Slice {

    private record Part(PartitionBuffer buffer, List<Entry> entries) {

        Stored end() {
            var last = entries.get(entries.size() - 1);
            return new Stored(last.item().offset() + 1, last.leaderEpoch());
        }
    }

    private final List<Part> parts = new ArrayList<>();
    private int records;
    private long bytes;

    static Slice of(List<PartitionBuffer> buffers, FlushSettings settings) {
        var slice = new Slice();
        buffers.stream()
                .filter(PartitionBuffer::hasWaiting)
                .sorted(Comparator.comparingLong(PartitionBuffer::oldest))
                .forEach(b -> slice.takeFrom(b, settings));
        return slice;
    }

    private void takeFrom(PartitionBuffer buffer, FlushSettings settings) {
        if (records == settings.size() || bytes >= settings.bytes()) {
            return;
        }
        var taken = buffer.take(settings.size() - records, settings.bytes() - bytes, records == 0);
        if (!taken.isEmpty()) {
            parts.add(new Part(buffer, taken));
            records += taken.size();
            taken.forEach(e -> bytes += e.bytes());
        }
    }

    /** Leaves out partitions that are no longer ours; a repeated flush must not carry them along for ever. */
    void forgetDropped() {
        parts.removeIf(p -> p.buffer().isDropped());
    }

    boolean isEmpty() {
        return parts.isEmpty();
    }

    int records() {
        return records;
    }

    long bytes() {
        return bytes;
    }

    List<PartitionClaim> claims() {
        return parts.stream().map(p -> p.buffer().claim()).toList();
    }

    List<NewItem> items() {
        return parts.stream()
                .flatMap(p -> p.entries().stream())
                .map(Entry::item)
                .toList();
    }

    /** Tells the buffers what came of it; those that were fenced are dropped and returned. */
    List<PartitionBuffer> landed(List<PartitionClaim> fenced) {
        var lost = new ArrayList<PartitionBuffer>();
        for (var part : parts) {
            if (fenced.contains(part.buffer().claim())) {
                part.buffer().landed(null);
                lost.add(part.buffer());
            } else {
                part.buffer().landed(part.end());
            }
        }
        return lost;
    }
}
