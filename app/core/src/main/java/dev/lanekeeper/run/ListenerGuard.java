package dev.lanekeeper.run;

import dev.lanekeeper.run.RunListener.Result;
import dev.lanekeeper.work.ItemResult;
import dev.lanekeeper.work.WaitingItem;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells listeners, and keeps what they throw from doing harm. */
final class ListenerGuard {

    private static final Logger log = LoggerFactory.getLogger(ListenerGuard.class);

    private final List<RunListener> listeners;

    ListenerGuard(List<RunListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    void started(String handler, WaitingItem item) {
        for (var listener : listeners) {
            guarded(listener, () -> listener.started(handler, item));
        }
    }

    void ended(String handler, WaitingItem item, ItemResult result) {
        for (var listener : listeners) {
            guarded(listener, () -> listener.ended(handler, item, result));
        }
    }

    void recorded(List<Result> results) {
        if (!results.isEmpty()) {
            for (var listener : listeners) {
                guarded(listener, () -> listener.recorded(results));
            }
        }
    }

    void dropped(List<Result> results) {
        if (!results.isEmpty()) {
            for (var listener : listeners) {
                guarded(listener, () -> listener.dropped(results));
            }
        }
    }

    private static void guarded(RunListener listener, Runnable telling) {
        try {
            telling.run();
        } catch (RuntimeException | LinkageError e) {
            log.atWarn()
                    .addKeyValue("listener", listener.getClass().getName())
                    .setCause(e)
                    .log("A listener threw; the work goes on");
        }
    }
}
