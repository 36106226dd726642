package dev.lanekeeper.intake.outbox;

import java.util.HashSet;
import java.util.Set;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Marks the shards of a transaction's entries once it is committed; registered once for each transaction. */
final class AfterCommit {

    private final DirtyShards dirty;

    AfterCommit(DirtyShards dirty) {
        this.dirty = dirty;
    }

    void mark(int shard) {
        if (!TransactionSynchronizationManager.isSynchronizationActive()) {
            return; // the poll finds it
        }
        if (TransactionSynchronizationManager.getResource(this) instanceof Marking marking) {
            marking.shards.add(shard);
        } else {
            var marking = new Marking();
            marking.shards.add(shard);
            TransactionSynchronizationManager.bindResource(this, marking);
            TransactionSynchronizationManager.registerSynchronization(marking);
        }
    }

    /** Steps aside while a transaction within is at work. */
    private final class Marking implements TransactionSynchronization {

        private final Set<Integer> shards = new HashSet<>();

        @Override
        public void suspend() {
            TransactionSynchronizationManager.unbindResourceIfPossible(AfterCommit.this);
        }

        @Override
        public void resume() {
            TransactionSynchronizationManager.bindResource(AfterCommit.this, this);
        }

        @Override
        public void afterCommit() {
            dirty.mark(shards);
        }

        @Override
        public void afterCompletion(int status) {
            TransactionSynchronizationManager.unbindResourceIfPossible(AfterCommit.this);
        }
    }
}
