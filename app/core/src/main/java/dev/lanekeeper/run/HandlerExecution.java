package dev.lanekeeper.run;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.handler.CannotHeal;
import dev.lanekeeper.handler.HandlerCall.Transaction;
import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.handler.HandlerDefinition.AfterExhaustion;
import dev.lanekeeper.handler.LockRules.Hiding;
import dev.lanekeeper.handler.NoProcessorFoundException;
import dev.lanekeeper.lock.RemoteLocks;
import dev.lanekeeper.run.Executed.Committed;
import dev.lanekeeper.run.Executed.LaneLost;
import dev.lanekeeper.run.Executed.Unknown;
import dev.lanekeeper.run.Executed.Unrecorded;
import dev.lanekeeper.setting.LiveSettings;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.ItemResult;
import dev.lanekeeper.work.ItemResult.FailedAttempt;
import dev.lanekeeper.work.ItemResult.Finished;
import dev.lanekeeper.work.ItemResult.Retry;
import dev.lanekeeper.work.KeyMissingException;
import dev.lanekeeper.work.LaneResult;
import dev.lanekeeper.work.OwnedLane;
import dev.lanekeeper.work.Probe;
import dev.lanekeeper.work.Probe.Step;
import dev.lanekeeper.work.Recorded;
import dev.lanekeeper.work.ResultRecorder;
import dev.lanekeeper.work.Seal.Sealed;
import dev.lanekeeper.work.SealedItems;
import dev.lanekeeper.work.State;
import dev.lanekeeper.work.UniqueStore;
import dev.lanekeeper.work.WaitingItem;
import dev.lanekeeper.work.WaitingItemSearch;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * One attempt: calls the handler, in its own transaction when it has one, and says what is to be recorded.
 *
 * <p>What a handler throws is data: it never leaves this class.
 */
final class HandlerExecution {

    private final Database database;
    private final ResultRecorder recorder;
    private final WaitingItemSearch search;
    private final UniqueStore locks;
    private final RetryPolicy retries;
    private final LiveSettings settings;
    private final Deadlines deadlines;
    private final ListenerGuard listeners;
    private final RemoteLocks remote;
    private final Clock clock;
    private final Probe probe;
    private final SealedItems sealing;

    /** What it works with. */
    record Means(
            Database database,
            ResultRecorder recorder,
            LiveSettings settings,
            Deadlines deadlines,
            ListenerGuard listeners,
            RemoteLocks remote) {}

    HandlerExecution(Means means, Clock clock, Probe probe) {
        this.database = means.database();
        this.recorder = means.recorder();
        this.search = new WaitingItemSearch(database);
        this.locks = new UniqueStore(database);
        this.retries = new RetryPolicy(RandomGenerator.getDefault());
        this.settings = means.settings();
        this.deadlines = means.deadlines();
        this.listeners = means.listeners();
        this.remote = means.remote();
        this.clock = clock;
        this.probe = probe;
        this.sealing = new SealedItems(database.seal());
    }

    /** The item as its handler and all who are told of it see it. */
    WaitingItem open(WaitingItem stored) {
        return sealing.open(stored);
    }

    /** Whatever is encrypted of an item is not read in the names of its locks either. */
    Hiding hidingOf(HandlerDefinition handler) {
        return new Hiding(handler.encrypt(), sealing::lockKey);
    }

    /** An item that was not tried, for a lock. */
    Finished untried(WaitingItem item, State state, String reason, @Nullable Long lostTo) {
        var now = clock.instant();
        return new Finished(
                        item.itemId(),
                        item.handlerId(),
                        item.ctid(),
                        state,
                        item.attempts(),
                        now,
                        now,
                        NO_FIELDS,
                        reason,
                        null,
                        true,
                        false,
                        null)
                .losingTo(lostTo);
    }

    /** An attempt that fails before the handler is called. */
    ItemResult notGranted(HandlerDefinition handler, OwnedLane lane, WaitingItem item, Exception why) {
        var context = new Attempt(handler.id(), item, lane.epoch(), clock.instant(), search);
        return failure(handler, item, context, why);
    }

    /** @param held the locks of the lane, which are freed when its result is recorded */
    Executed execute(ActiveRun run, HandlerDefinition handler, OwnedLane lane, WaitingItem item, Chunk.Held held) {
        var context = new Attempt(handler.id(), item, held.token(), clock.instant(), search);
        if (item.unreadable() != null) {
            return new Unrecorded(failure(handler, item, context, unreadable(item.unreadable())));
        }
        if (item.intakeError() != null) {
            var error = new CannotHeal(new UnreadableAtIntake(item.intakeError()));
            return new Unrecorded(failure(handler, item, context, error));
        }
        var renewed = isReleasedNow(handler) && release(handler, item);
        var begun = renewed ? search.renewed(item) : item;
        var attempt = renewed ? new Attempt(handler.id(), begun, held.token(), clock.instant(), search) : context;
        var transaction = handler.call().transaction();
        return transaction == null
                ? new Unrecorded(call(handler, begun, attempt))
                : new InTransaction(run, handler, lane, begun, attempt, held.locks()).execute(transaction);
    }

    /** Others may be enqueued from now on; tells whether the payload may be another than it was when it was stored. */
    private boolean release(HandlerDefinition handler, WaitingItem item) {
        var begun = locks.executing(item.itemId(), clock.instant());
        begun.ifPresent(lock -> listeners.unlocked(handler.id(), item, lock.uniqueKey()));
        return begun.isPresent() && begun.get().renewed();
    }

    /** Whether another may be enqueued as soon as this one is begun. */
    private static boolean isReleasedNow(HandlerDefinition handler) {
        var unique = handler.unique();
        return unique != null && unique.mayEndWhenCalled();
    }

    /** A key that is missing here may come back; what was changed stays so. */
    private static Exception unreadable(Exception why) {
        return why instanceof KeyMissingException ? why : new CannotHeal(why);
    }

    /** Whether what came of it may hold something of what nobody may read. */
    private static boolean isSecret(HandlerDefinition handler, WaitingItem item) {
        return item.unreadable() == null && (handler.encrypt() || item.keyId() != null);
    }

    /** The resource or identity of an event could not be read when it was stored. */
    static final class UnreadableAtIntake extends Exception {

        private static final long serialVersionUID = 1L;

        UnreadableAtIntake(String message) {
            super(message);
        }
    }

    private ItemResult call(HandlerDefinition handler, WaitingItem item, EventContext context) {
        try {
            return success(handler, item, context, invoke(handler, context));
        } catch (Throwable e) {
            return failure(handler, item, context, e);
        }
    }

    /** Calls the user's code, under its timeout. */
    private Outcome invoke(HandlerDefinition handler, EventContext context) throws Throwable {
        probe.reached(Step.HANDLER_STARTED);
        var timeout = handler.limits().timeout();
        var deadline = deadlines.begin(timeout);
        try {
            var outcome = handler.call().call(context);
            probe.reached(Step.HANDLER_ENDED);
            return outcome;
        } catch (Throwable e) {
            if (deadline.end() && timeout != null) {
                throw new HandlerTimedOut(handler.id(), timeout, e);
            }
            throw e;
        } finally {
            deadline.end();
        }
    }

    private ItemResult success(HandlerDefinition handler, WaitingItem item, EventContext context, Outcome outcome) {
        if (outcome instanceof Outcome.Reject reject) {
            var why = isSecret(handler, item) ? sealing.sealReason(item.itemId(), reject.reason()) : null;
            return finished(item, context, State.REJECTED, fields(handler, context), reject.reason(), why, true);
        }
        if (outcome instanceof Outcome.Skip) {
            return finished(
                    item,
                    context,
                    State.SKIPPED,
                    NO_FIELDS,
                    null,
                    null,
                    handler.limits().keepSkipped());
        }
        return finished(item, context, State.DONE, (Outcome.Ack) outcome, null, null, true);
    }

    private static final Outcome.Ack NO_FIELDS = new Outcome.Ack(null, null, null, null);

    private Finished finished(
            WaitingItem item,
            EventContext context,
            State state,
            Outcome.Ack fields,
            @Nullable String reason,
            @Nullable Sealed sealedReason,
            boolean keepsRow) {
        return new Finished(
                        item.itemId(),
                        item.handlerId(),
                        item.ctid(),
                        state,
                        context.attempt(),
                        context.startedAt(),
                        clock.instant(),
                        fields,
                        reason,
                        null,
                        keepsRow,
                        false,
                        null)
                .sealing(sealedReason);
    }

    private ItemResult failure(HandlerDefinition handler, WaitingItem item, EventContext context, Throwable thrown) {
        var shown = thrown instanceof CannotHeal c && c.getCause() != null ? c.getCause() : thrown;
        var attempt = attempt(handler, item, context.attempt(), shown);
        var maxRetries = settings.maxRetries(item.handlerId());
        var rule = new RetryPolicy.Rule(
                handler.id(),
                maxRetries,
                item.unreadable() == null ? handler.failures().decision() : null);
        var result = retries.isRetried(rule, item.event(), context.attempt(), thrown)
                ? retry(handler, item, context, attempt)
                : failed(handler, item, context, attempt);
        if (!(thrown instanceof Lost)) {
            listeners.threw(handler.id(), item, result, shown);
        }
        return result;
    }

    /** That nobody takes an entry is said without anything of its content. */
    private FailedAttempt attempt(HandlerDefinition handler, WaitingItem item, int number, Throwable shown) {
        var attempt = Failures.of(number, shown);
        return isSecret(handler, item) && !(shown instanceof NoProcessorFoundException)
                ? sealing.seal(item.itemId(), attempt)
                : attempt;
    }

    private Retry retry(HandlerDefinition handler, WaitingItem item, EventContext context, FailedAttempt attempt) {
        var now = clock.instant();
        var dueAt = now.plus(retries.delay(handler.failures().backoff(), context.attempt()));
        return new Retry(item.itemId(), item.handlerId(), context.attempt(), context.startedAt(), now, dueAt, attempt);
    }

    private Finished failed(HandlerDefinition handler, WaitingItem item, EventContext context, FailedAttempt attempt) {
        return new Finished(
                        item.itemId(),
                        item.handlerId(),
                        item.ctid(),
                        State.FAILED,
                        context.attempt(),
                        context.startedAt(),
                        clock.instant(),
                        item.unreadable() == null ? fields(handler, context) : NO_FIELDS,
                        attempt.errorMessage(),
                        attempt.fingerprint(),
                        true,
                        handler.failures().afterExhaustion() == AfterExhaustion.PARK && item.resource() != null,
                        attempt)
                .sealing(attempt.sealed() == null ? null : sealing.sealReason(item.itemId(), attempt.errorMessage()));
    }

    private static Outcome.Ack fields(HandlerDefinition handler, EventContext context) {
        return handler.call().fieldsOf(context);
    }

    /** The handler's effects and the record of its result, together or not at all. */
    private final class InTransaction {

        private final ActiveRun run;
        private final HandlerDefinition handler;
        private final OwnedLane lane;
        private final WaitingItem item;
        private final EventContext context;
        private final List<UUID> locks;
        private @Nullable ItemResult result;
        private @Nullable Recorded recorded;

        InTransaction(
                ActiveRun run,
                HandlerDefinition handler,
                OwnedLane lane,
                WaitingItem item,
                EventContext context,
                List<UUID> locks) {
            this.run = run;
            this.handler = handler;
            this.lane = lane;
            this.item = item;
            this.context = context;
            this.locks = locks;
        }

        Executed execute(Transaction transaction) {
            try {
                return commit(transaction);
            } catch (Lost e) {
                return new LaneLost(result == null ? failure(handler, item, context, e) : result);
            } catch (RuntimeException | Error e) {
                if (e instanceof RuntimeException r && isOurs(r)) {
                    return new Unknown(r);
                }
                return new Unrecorded(failure(handler, item, context, e));
            }
        }

        private Executed commit(Transaction transaction) {
            var manager = transaction.manager();
            var status = manager.getTransaction(transaction.definition());
            try {
                result = success(handler, item, context, invoke(handler, context));
                TransactionSynchronizationManager.registerSynchronization(new RecordBeforeCommit());
                status.flush();
            } catch (Throwable e) {
                manager.rollback(status);
                return new Unrecorded(failure(handler, item, context, e));
            }
            manager.commit(status);
            probe.reached(Step.RECORD_COMMITTED);
            return new Committed(Objects.requireNonNull(result), Objects.requireNonNull(recorded));
        }

        /** Whether the transaction ended through no fault of the handler's. */
        private boolean isOurs(RuntimeException e) {
            return (e instanceof DataAccessException || e instanceof TransactionException)
                    && (Database.isAway(e) || Database.isRepeatable(e));
        }

        /** Runs after the application's own before-commit steps. */
        private final class RecordBeforeCommit implements TransactionSynchronization, Ordered {

            @Override
            public int getOrder() {
                return Ordered.LOWEST_PRECEDENCE;
            }

            @Override
            public void beforeCommit(boolean readOnly) {
                if (!remote.lost(List.of(lane.epoch())).isEmpty()) {
                    throw new Lost();
                }
                var lanes = List.of(new LaneResult(
                        lane,
                        List.of(Objects.requireNonNull(result)),
                        LaneResult.Next.KEEP,
                        isOvertaking(handler),
                        locks));
                var done = database.inSavepoint(() -> recorder.recordWithin(run.run(), run.slot(), lanes));
                if (!done.lost().isEmpty() || !done.missing().isEmpty()) {
                    throw new Lost();
                }
                recorded = done;
            }
        }
    }

    /** The lane has another owner, or the item has been recorded before; the transaction must not commit. */
    private static final class Lost extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Lost() {
            super("the lane has another owner, or the item has been recorded before", null, false, false);
        }
    }

    static boolean isOvertaking(HandlerDefinition handler) {
        return handler.failures().onFailure() == HandlerDefinition.OnFailure.OVERTAKE;
    }
}
