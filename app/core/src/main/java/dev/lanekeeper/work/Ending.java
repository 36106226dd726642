package dev.lanekeeper.work;

import java.lang.StackWalker.Option;
import java.lang.StackWalker.StackFrame;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionSynchronizationUtils;

/**
 * Notes of each transaction of the application that it has been committed.
 *
 * <p>Spring calls back ({@code afterCommit}, listeners for {@code AFTER_COMMIT}) while the transaction still looks active and its
 * connection is bound to the thread, though nobody will commit what is written there. So a synchronization that comes before all
 * others is registered when a transaction begins. For managers that do not tell of that, since they are no beans, the calling
 * thread's stack says who calls.
 */
public final class Ending implements TransactionExecutionListener {

    private static final StackWalker STACK = StackWalker.getInstance(Option.RETAIN_CLASS_REFERENCE);

    @Override
    public void afterBegin(TransactionExecution transaction, @Nullable Throwable failure) {
        if (failure == null
                && transaction.isNewTransaction()
                && TransactionSynchronizationManager.isSynchronizationActive()) {
            TransactionSynchronizationManager.registerSynchronization(new Note());
        }
    }

    /** Whether the calling thread is in a callback of its transaction, which has been committed or rolled back. */
    static boolean hasBegun() {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            return false;
        }
        if (!TransactionSynchronizationManager.isSynchronizationActive()) {
            return true; // Spring takes the synchronizations away before it calls afterCompletion
        }
        var all = TransactionSynchronizationManager.getSynchronizations();
        return all.stream()
                .filter(Note.class::isInstance)
                .map(note -> ((Note) note).committed)
                .findFirst()
                .orElseGet(() -> STACK.walk(frames -> isCalledByOneOf(all, frames)));
    }

    /** One of another transaction may have called, in which that of this thread began. */
    private static boolean isCalledByOneOf(List<TransactionSynchronization> all, Stream<StackFrame> stack) {
        var frames = stack.toList();
        return IntStream.range(1, frames.size())
                .filter(n -> isAfterCommit(frames.get(n)))
                .mapToObj(n -> frames.get(n - 1).getDeclaringClass())
                .findFirst()
                .filter(caller -> all.stream().anyMatch(caller::isInstance))
                .isPresent();
    }

    private static boolean isAfterCommit(StackFrame frame) {
        return frame.getDeclaringClass() == TransactionSynchronizationUtils.class
                && frame.getMethodName().equals("invokeAfterCommit");
    }

    private static final class Note implements TransactionSynchronization {

        private boolean committed;

        @Override
        public int getOrder() {
            return Ordered.HIGHEST_PRECEDENCE;
        }

        @Override
        public void afterCommit() {
            committed = true;
        }
    }
}
