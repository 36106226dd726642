package dev.lanekeeper.intake.outbox;

import dev.lanekeeper.api.outbox.Outbox;
import dev.lanekeeper.api.outbox.OutboxMessage;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.NewEntry;
import dev.lanekeeper.work.OutboxStore;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.IllegalTransactionStateException;
import tools.jackson.databind.json.JsonMapper;

/** Writes entries in the caller's transaction; after its commit the movers of this process know which shards to look at. */
public final class OutboxPublisher implements Outbox {

    private final Supplier<Database> database;
    private final JsonMapper mapper;
    private final UnaryOperator<Map<String, String>> traced;
    private final AfterCommit afterCommit;

    /**
     * @param database asked when the first entry is written
     * @param traced adds the current trace to the headers
     */
    public OutboxPublisher(
            Supplier<Database> database,
            JsonMapper mapper,
            UnaryOperator<Map<String, String>> traced,
            DirtyShards dirty) {
        this.database = database;
        this.mapper = mapper;
        this.traced = traced;
        this.afterCommit = new AfterCommit(dirty);
    }

    @Override
    public long publish(OutboxMessage message) {
        var ours = database.get();
        if (!ours.isInTransaction()) {
            throw new IllegalTransactionStateException("The outbox entry '" + message.context() + " " + message.event()
                    + "' was not written: there is no transaction of Lanekeeper's DataSource. Publish inside the"
                    + " @Transactional method, or the TransactionTemplate, that makes the change, so that both are"
                    + " committed together");
        }
        var written = new OutboxStore(ours).insert(entry(message));
        afterCommit.mark(written.shard());
        return written.entryId();
    }

    private NewEntry entry(OutboxMessage message) {
        return new NewEntry(
                message.context(),
                message.event(),
                message.causalityKey(),
                object("arguments", message.arguments()),
                message.resourceClass(),
                message.resourceId(),
                object("changes", message.changes()),
                message.topic(),
                object("headers", traced.apply(message.headers())));
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
