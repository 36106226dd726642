package dev.lanekeeper.intake.kafka;

import dev.lanekeeper.work.StoredBatch;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes everything on to the listeners and keeps what they throw away from the intake. */
final class ContainedListener implements IntakeListener {

    private static final Logger log = LoggerFactory.getLogger(ContainedListener.class);

    private final List<IntakeListener> listeners;
    private final Set<IntakeListener> reported = ConcurrentHashMap.newKeySet();

    ContainedListener(List<IntakeListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    private void tell(Consumer<IntakeListener> message) {
        for (var listener : listeners) {
            try {
                message.accept(listener);
            } catch (RuntimeException | LinkageError e) {
                // It may fail at every poll: once is enough to know.
                if (reported.add(listener)) {
                    log.warn("An intake listener failed; nothing else is affected listener={}", listener.getClass(), e);
                }
            }
        }
    }

    @Override
    public void started(String handlerId) {
        tell(l -> l.started(handlerId));
    }

    @Override
    public void stopping(String handlerId, String reason) {
        tell(l -> l.stopping(handlerId, reason));
    }

    @Override
    public void stopped(String handlerId, boolean inTime) {
        tell(l -> l.stopped(handlerId, inTime));
    }

    @Override
    public void polled(String handlerId, int records) {
        tell(l -> l.polled(handlerId, records));
    }

    @Override
    public void flushed(String handlerId, StoredBatch batch, Duration duration) {
        tell(l -> l.flushed(handlerId, batch, duration));
    }

    @Override
    public void flushFailed(String handlerId, Throwable cause) {
        tell(l -> l.flushFailed(handlerId, cause));
    }

    @Override
    public void assigned(Place place, long generation, long nextOffset) {
        tell(l -> l.assigned(place, generation, nextOffset));
    }

    @Override
    public void revoked(Place place) {
        tell(l -> l.revoked(place));
    }

    @Override
    public void lost(Place place) {
        tell(l -> l.lost(place));
    }

    @Override
    public void fenced(Place place) {
        tell(l -> l.fenced(place));
    }

    @Override
    public void lostAtBroker(Place place, long offsets) {
        tell(l -> l.lostAtBroker(place, offsets));
    }

    @Override
    public void repositioned(Place place, long previousOffset, long nextOffset) {
        tell(l -> l.repositioned(place, previousOffset, nextOffset));
    }

    @Override
    public void partitionStopped(Place place, String reason) {
        tell(l -> l.partitionStopped(place, reason));
    }

    @Override
    public void paused(String handlerId, PauseReason reason) {
        tell(l -> l.paused(handlerId, reason));
    }

    @Override
    public void resumed(String handlerId) {
        tell(l -> l.resumed(handlerId));
    }

    @Override
    public void consumerReplaced(String handlerId, Throwable cause) {
        tell(l -> l.consumerReplaced(handlerId, cause));
    }
}
