package dev.lanekeeper.monitor;

import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.run.RunListener;
import dev.lanekeeper.work.ItemResult;
import dev.lanekeeper.work.ItemResult.Retry;
import dev.lanekeeper.work.WaitingItem;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.ReceiverContext;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Makes each attempt an {@link Observation} that a tracer's handlers continue the trace of the record with: they ask for
 * {@code traceparent}, {@code tracestate} and {@code baggage}, and are given the headers that were stored with the event. Its scope is
 * open while the handler and its transaction run, so what they log and send carries the trace on.
 */
final class AttemptObservations implements RunListener {

    static final String NAME = "lanekeeper.attempt";

    private final ObservationRegistry registry;
    private final ThreadLocal<Observed> current = new ThreadLocal<>();

    AttemptObservations(ObservationRegistry registry) {
        this.registry = registry;
    }

    /** An attempt on its way; its ending is known only when it is over. */
    private static final class Observed {

        private final Observation observation;
        private final Observation.Scope scope;
        private String ending = "finished";

        Observed(Observation observation) {
            this.observation = observation;
            this.scope = observation.openScope();
        }
    }

    @Override
    public void started(String handler, WaitingItem item) {
        if (registry.isNoop()) {
            return;
        }
        var context = new ReceiverContext<RawEvent>(AttemptObservations::header, Kind.CONSUMER);
        context.setCarrier(item.event());
        context.setRemoteServiceName("kafka");
        var observation = Observation.createNotStarted(NAME, () -> context, registry)
                .contextualName(handler + " process")
                .lowCardinalityKeyValues(KeyValues.of("handler", handler))
                .highCardinalityKeyValues(ids(item))
                .start();
        current.set(new Observed(observation));
    }

    private static KeyValues ids(WaitingItem item) {
        return KeyValues.of(
                "item", Long.toString(item.itemId()),
                "lane", item.laneId().toString(),
                "attempt", Integer.toString(item.attempts() + 1));
    }

    /** The names that a propagator asks for are lower-case; a producer's need not be. */
    private static @Nullable String header(RawEvent event, String name) {
        for (var i = event.headers().size() - 1; i >= 0; i--) {
            var header = event.headers().get(i);
            if (header.value() != null && header.name().equalsIgnoreCase(name)) {
                return new String(header.value(), StandardCharsets.UTF_8);
            }
        }
        return null;
    }

    @Override
    public void threw(String handler, WaitingItem item, ItemResult result, Throwable thrown) {
        var observed = current.get();
        if (observed != null) {
            observed.observation.error(thrown);
            observed.ending = result instanceof Retry ? "retried" : "failed";
        }
    }

    @Override
    public void left(String handler, WaitingItem item) {
        var observed = current.get();
        if (observed != null) {
            current.remove();
            observed.scope.close();
            observed.observation
                    .lowCardinalityKeyValue("ending", observed.ending)
                    .stop();
        }
    }
}
