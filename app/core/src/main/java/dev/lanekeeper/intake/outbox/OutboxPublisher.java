package dev.lanekeeper.intake.outbox;

import dev.lanekeeper.api.outbox.Outbox;
import dev.lanekeeper.api.outbox.OutboxMessage;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.NewEntry;
import dev.lanekeeper.work.OutboxStore;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.SenderContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.IllegalTransactionStateException;
import tools.jackson.databind.json.JsonMapper;

/** Writes entries in the caller's transaction; after its commit the movers of this process know which shards to look at. */
public final class OutboxPublisher implements Outbox {

    private final Supplier<Database> database;
    private final JsonMapper mapper;
    private final ObservationRegistry observations;
    private final AfterCommit afterCommit;

    /**
     * @param database asked when the first entry is written
     * @param observations each entry is one, {@code lanekeeper.outbox.publish}: where spans are made of them, the entry carries its
     *     own on
     */
    public OutboxPublisher(
            Supplier<Database> database, JsonMapper mapper, ObservationRegistry observations, DirtyShards dirty) {
        this.database = database;
        this.mapper = mapper;
        this.observations = observations;
        this.afterCommit = new AfterCommit(dirty);
    }

    @Override
    public long publish(OutboxMessage message) {
        var ours = database.get();
        if (!ours.isInTransaction()) {
            throw new IllegalTransactionStateException("The outbox entry '" + message.context() + " " + message.event()
                    + "' was not written: there is no transaction of Lanekeeper's DataSource, or it has ended already. Publish"
                    + " inside the @Transactional method, or the TransactionTemplate, that makes the change, so that both are"
                    + " committed together");
        }
        var headers = new LinkedHashMap<>(message.headers());
        return observation(message, headers).observe(() -> insert(ours, entry(message, headers)));
    }

    /** Its span writes the trace context into the headers when it starts; what the message says of it counts before that. */
    private Observation observation(OutboxMessage message, Map<String, String> headers) {
        var context = new SenderContext<Map<String, String>>((carrier, name, value) -> {
            if (carrier != null) {
                carrier.putIfAbsent(name, value);
            }
        });
        context.setCarrier(headers);
        return Observation.createNotStarted("lanekeeper.outbox.publish", () -> context, observations)
                .contextualName(message.context() + " publish")
                .lowCardinalityKeyValue("context", message.context())
                .lowCardinalityKeyValue("event", message.event());
    }

    private long insert(Database ours, NewEntry entry) {
        var written = new OutboxStore(ours).insert(entry);
        afterCommit.mark(written.shard());
        return written.entryId();
    }

    private NewEntry entry(OutboxMessage message, Map<String, String> headers) {
        return new NewEntry(
                message.context(),
                message.event(),
                message.causalityKey(),
                object("arguments", message.arguments()),
                message.resourceClass(),
                message.resourceId(),
                object("changes", message.changes()),
                message.topic(),
                object("headers", headers));
    }

    private String object(String what, @Nullable Object value) {
        if (value == null || (value instanceof Map<?, ?> map && map.isEmpty())) {
            return "{}";
        }
        var json = mapper.writeValueAsString(value);
        if (!json.startsWith("{")) {
            throw new IllegalArgumentException(
                    "The " + what + " of an outbox entry must be written as a JSON object, but "
                            + value.getClass().getName() + " is not; put it into a record or a map");
        }
        return json;
    }
}
