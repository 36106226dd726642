package dev.lanekeeper.intake.outbox;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.handler.CannotHeal;
import dev.lanekeeper.handler.HandlerCall;
import dev.lanekeeper.handler.NoProcessorFoundException;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.EntryDocument;
import dev.lanekeeper.work.OutboxStore;
import java.util.Objects;
import java.util.function.Supplier;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionDefinition;

/**
 * Handles entries that nobody takes: each is a failure. Retried when somebody takes them by then, it goes back to the outbox,
 * in the transaction that finishes the item.
 */
public final class UnclaimedEntries implements HandlerCall {

    /** The id of the handler. */
    public static final String ID = "outbox-unclaimed";

    private final Supplier<Database> database;

    /** @param database asked when the first entry is handled */
    public UnclaimedEntries(Supplier<Database> database) {
        this.database = database;
    }

    @Override
    public Outcome call(EventContext context) throws CannotHeal {
        var outbox = new OutboxStore(database.get());
        var event = context.event();
        var row = EntryDocument.row(Objects.requireNonNull(event.value()), EntryHeaders.write(event.headers()));
        if (outbox.subscriptions().stream().noneMatch(s -> s.matches(row.context(), row.event(), row.topic()))) {
            throw new CannotHeal(new NoProcessorFoundException(EntryDocument.read(event.value())));
        }
        outbox.insertAgain(row);
        return Outcome.ack("entry " + row.entryId());
    }

    @Override
    public Transaction transaction() {
        var definition = new DefaultTransactionDefinition();
        definition.setIsolationLevel(TransactionDefinition.ISOLATION_READ_COMMITTED);
        return new Transaction(new DataSourceTransactionManager(database.get().dataSource()), definition);
    }

    @Override
    public Outcome.Ack fieldsOf(EventContext context) {
        return new Outcome.Ack(null, null, null, null);
    }

    @Override
    public void start() {}

    @Override
    public void stop() {}
}
