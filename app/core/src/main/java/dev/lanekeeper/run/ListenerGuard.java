package dev.lanekeeper.run;

import dev.lanekeeper.run.RunListener.Refusal;
import dev.lanekeeper.run.RunListener.Result;
import dev.lanekeeper.work.ItemResult;
import dev.lanekeeper.work.WaitingItem;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners, and keeps what they throw from doing harm; it is logged once a minute for each listener.
 *
 * <p>An error of the JVM itself, such as {@link OutOfMemoryError}, is thrown on only before a handler is called: nothing has been
 * done by then, and the run gives its lanes back. After the call its result has to be recorded whatever happens, and what is told
 * on the node's own threads must not end its heartbeat or its watch.
 */
final class ListenerGuard {

    private static final Logger log = LoggerFactory.getLogger(ListenerGuard.class);
    private static final long QUIET_NANOS = Duration.ofMinutes(1).toNanos();

    private final List<Guarded> listeners;
    private final LongSupplier nanos;

    ListenerGuard(List<RunListener> listeners) {
        this(listeners, System::nanoTime);
    }

    ListenerGuard(List<RunListener> listeners, LongSupplier nanos) {
        this.listeners = listeners.stream().map(Guarded::new).toList();
        this.nanos = nanos;
    }

    void started(String handler, WaitingItem item) {
        for (var guarded : listeners) {
            try {
                guarded.listener.started(handler, item);
            } catch (Throwable e) {
                guarded.failed(e, nanos.getAsLong());
                if (e instanceof VirtualMachineError error && !(e instanceof StackOverflowError)) {
                    throw error;
                }
            }
        }
    }

    void threw(String handler, WaitingItem item, ItemResult result, Throwable thrown) {
        tell(listener -> listener.threw(handler, item, result, thrown));
    }

    void left(String handler, WaitingItem item) {
        tell(listener -> listener.left(handler, item));
    }

    void refused(String handler, WaitingItem item, Refusal refusal) {
        tell(listener -> listener.refused(handler, item, refusal));
    }

    void ended(String handler, WaitingItem item, ItemResult result) {
        tell(listener -> listener.ended(handler, item, result));
    }

    void recorded(List<Result> results) {
        if (!results.isEmpty()) {
            tell(listener -> listener.recorded(results));
        }
    }

    void unlocked(String handler, WaitingItem item, String uniqueKey) {
        tell(listener -> listener.unlocked(handler, item, uniqueKey));
    }

    void dropped(List<Result> results) {
        if (!results.isEmpty()) {
            tell(listener -> listener.dropped(results));
        }
    }

    void workersLost(List<Result> results) {
        if (!results.isEmpty()) {
            tell(listener -> listener.workersLost(results));
        }
    }

    private void tell(Consumer<RunListener> message) {
        for (var guarded : listeners) {
            try {
                message.accept(guarded.listener);
            } catch (Throwable e) {
                guarded.failed(e, nanos.getAsLong());
            }
        }
    }

    /** A listener, and how often it has thrown since that was logged. */
    private static final class Guarded {

        private final RunListener listener;
        private boolean logged;
        private long loggedAt;
        private long silent;

        Guarded(RunListener listener) {
            this.listener = listener;
        }

        synchronized void failed(Throwable e, long now) {
            if (logged && now - loggedAt < QUIET_NANOS) {
                silent++;
                return;
            }
            log.atWarn()
                    .addKeyValue("listener", listener.getClass().getName())
                    .addKeyValue("timesSinceLastTold", silent)
                    .setCause(e)
                    .log("A listener threw; the work goes on, and this is told once a minute");
            logged = true;
            loggedAt = now;
            silent = 0;
        }
    }
}
