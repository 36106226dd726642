package dev.lanekeeper.jpa;

import dev.lanekeeper.handler.ResourceName;
import dev.lanekeeper.intake.outbox.ChangeWriter;
import dev.lanekeeper.intake.outbox.ChangeWriter.ResourceChange;
import jakarta.transaction.Synchronization;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Gathers what happens to entities until their transaction is to be committed, and writes it then, one change for each entity:
 * when Hibernate flushes is no business of whoever follows the changes.
 */
final class TransactionChanges {

    private final Supplier<ChangeWriter> writer;
    private final Supplier<DataSource> ours;
    private final Map<SharedSessionContractImplementor, Map<Key, EntityChange>> pending = new ConcurrentHashMap<>();

    private record Key(ResourceName resource, String id) {}

    /** @param ours the DataSource of Lanekeeper's tables */
    TransactionChanges(Supplier<ChangeWriter> writer, Supplier<DataSource> ours) {
        this.writer = writer;
        this.ours = ours;
    }

    void add(SharedSessionContractImplementor session, ResourceName resource, String id, EntityChange change) {
        if (!isWrittenBySameTransaction(session)) {
            throw new IllegalTransactionStateException("The change of " + resource.name() + " " + id
                    + " was not recorded: its session is in no transaction of Lanekeeper's DataSource. Use the EntityManager"
                    + " that Spring gives, inside a @Transactional method");
        }
        pending.computeIfAbsent(session, this::follow).merge(new Key(resource, id), change, EntityChange::and);
    }

    /** A session that was opened beside Spring's transaction would commit without what is written in that. */
    private boolean isWrittenBySameTransaction(SharedSessionContractImplementor session) {
        return session.isTransactionInProgress()
                && TransactionSynchronizationManager.getResource(EntityRule.unwrap(ours.get()))
                        instanceof ConnectionHolder holder
                && holder.getConnection()
                        == session.getJdbcCoordinator().getLogicalConnection().getPhysicalConnection();
    }

    /** Not by Hibernate's own callbacks, which stay behind when a transaction is rolled back. */
    private Map<Key, EntityChange> follow(SharedSessionContractImplementor session) {
        session.getTransactionCoordinator().getLocalSynchronizations().registerSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {
                write(session);
            }

            @Override
            public void afterCompletion(int status) {
                pending.remove(session);
            }
        });
        return new LinkedHashMap<>();
    }

    private void write(SharedSessionContractImplementor session) {
        var changes = pending.remove(session);
        if (changes != null) {
            var written = new ArrayList<ResourceChange>();
            changes.forEach((of, change) ->
                    written.add(new ResourceChange(of.resource(), of.id(), change.type(), change.attributes())));
            writer.get().write(written);
        }
    }
}
