package dev.lanekeeper.work;

import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** Hands out bundles for items without a resource; those of one handler and priority share them, as far as there is room. */
final class Bundles {

    private final HandOver handOver;
    private final Clock clock;
    private final Map<Kind, Bundle> byKind = new HashMap<>();

    Bundles(HandOver handOver, Clock clock) {
        this.handOver = handOver;
        this.clock = clock;
    }

    /** The lane of the handler's next item of this priority, which waits behind none that has less. */
    UUID next(int handlerId, int priority) {
        return byKind.computeIfAbsent(new Kind(handlerId, priority), kind -> new Bundle(kind.handlerId()))
                .next();
    }

    private record Kind(int handlerId, int priority) {}

    private final class Bundle {

        private final int size;
        private UUID id = LaneIds.bundle(clock);
        private int filled;

        Bundle(int handlerId) {
            this.size = handOver.bundleSize(handlerId);
        }

        UUID next() {
            if (filled == size) {
                id = LaneIds.bundle(clock);
                filled = 0;
            }
            filled++;
            return id;
        }
    }
}
