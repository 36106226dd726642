package dev.lanekeeper.work;

import dev.lanekeeper.work.UniqueStore.Holder;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Stores one job that claims to be the only one of its key: the key's lock, the lanes, the items, in this order, in the caller's
 * transaction.
 */
final class UniqueJob {

    private final UniqueStore locks;
    private final ScheduledJobStore scheduled;
    private final ItemChangeStore items;
    private final LaneChangeStore lanes;
    private final JobBatch batch;
    private final boolean keepLosers;

    /** Where it looks for others and what it does with them. */
    record Stores(UniqueStore locks, ScheduledJobStore scheduled, ItemChangeStore items, LaneChangeStore lanes) {}

    /** @param keepLosers whether one that is dropped is kept as an item that was discarded, since nobody waits for an answer */
    UniqueJob(Stores stores, JobBatch batch, boolean keepLosers) {
        this.locks = stores.locks();
        this.scheduled = stores.scheduled();
        this.items = stores.items();
        this.lanes = stores.lanes();
        this.batch = batch;
        this.keepLosers = keepLosers;
    }

    /** The job that has the lock is being worked on; the transaction is rolled back and begins anew without that wish. */
    static final class NotReplaceable extends RuntimeException {

        private static final long serialVersionUID = 1L;

        NotReplaceable() {
            super("the job that holds the lock is being worked on", null, false, false);
        }
    }

    StoredJob store(NewJob job, @Nullable Instant dueAt) {
        var claim = Objects.requireNonNull(job.claim());
        locks.lock(claim.digest());
        var holders = locks.holders(claim.digest(), batch.now());
        if (holders.size() < claim.rule().limit()) {
            return put(job, claim, dueAt);
        }
        return resolve(job, claim, dueAt, holders.get(0));
    }

    private StoredJob put(NewJob job, UniqueClaim claim, @Nullable Instant dueAt) {
        var id = dueAt == null ? batch.write(List.of(job)).get(0) : scheduled.insert(job, dueAt);
        take(job, claim, id, dueAt);
        return new StoredJob.Stored(id, dueAt != null);
    }

    private void take(NewJob job, UniqueClaim claim, long id, @Nullable Instant dueAt) {
        var now = batch.now();
        var ttl = claim.rule().ttl();
        var expiresAt = ttl == null ? null : (dueAt == null ? now : dueAt).plus(ttl);
        locks.take(claim, job.handlerId(), id, now, expiresAt);
    }

    private StoredJob resolve(NewJob job, UniqueClaim claim, @Nullable Instant dueAt, Holder holder) {
        return switch (claim.rule().onConflict()) {
            case LOG, RAISE -> drop(job, claim, holder);
            case REJECT ->
                new StoredJob.Rejected(
                        batch.writeEnded(job, State.REJECTED, reason(claim, holder), holder.holderId()),
                        holder.holderId());
            case REPLACE -> replace(job, claim, dueAt, holder);
        };
    }

    private StoredJob drop(NewJob job, UniqueClaim claim, Holder holder) {
        if (keepLosers) {
            batch.writeEnded(job, State.DISCARDED, reason(claim, holder), holder.holderId());
        } else {
            batch.countDuplicate(job);
        }
        return new StoredJob.Duplicate(holder.holderId());
    }

    private static String reason(UniqueClaim claim, Holder holder) {
        return "duplicate of job " + holder.holderId() + ", which has the key " + claim.key();
    }

    private StoredJob replace(NewJob job, UniqueClaim claim, @Nullable Instant dueAt, Holder holder) {
        if (holder.scheduled()) {
            return replaceScheduled(job, claim, dueAt, holder);
        }
        var lane = holder.waitsIn();
        return lane == null ? drop(job, claim, holder) : replaceWaiting(job, claim, dueAt, holder, lane);
    }

    private StoredJob replaceScheduled(NewJob job, UniqueClaim claim, @Nullable Instant dueAt, Holder holder) {
        var loser = scheduled.take(holder.holderId()).orElseThrow(NotReplaceable::new);
        locks.remove(holder.holderId());
        var stored = (StoredJob.Stored) put(job, claim, dueAt);
        batch.writeEnded(loser, State.DISCARDED, "replaced by job " + stored.id(), stored.id());
        return new StoredJob.Replaced(stored.id(), stored.scheduled(), holder.holderId());
    }

    /** Both lanes are locked in the one order in which all lanes are. */
    private StoredJob replaceWaiting(NewJob job, UniqueClaim claim, @Nullable Instant dueAt, Holder holder, UUID lane) {
        long id;
        if (dueAt != null) {
            discard(holder, lane);
            id = scheduled.insert(job, dueAt);
        } else if (job.resource() == null || LaneIds.LOCK_ORDER.compare(lane, batch.laneOf(job)) < 0) {
            // A lane of its own is new: nobody else can hold it.
            discard(holder, lane);
            id = batch.write(List.of(job)).get(0);
        } else {
            id = batch.write(List.of(job), () -> discard(holder, lane)).get(0);
        }
        lanes.rearm(lane);
        take(job, claim, id, dueAt);
        return new StoredJob.Replaced(id, dueAt != null, holder.holderId());
    }

    private void discard(Holder holder, UUID laneId) {
        var lane = lanes.lock(laneId).orElseThrow(NotReplaceable::new);
        var item = items.find(holder.holderId()).orElseThrow(NotReplaceable::new);
        if (lane.isOwned() || !laneId.equals(item.waitsIn())) {
            throw new NotReplaceable();
        }
        items.discardWaiting(laneId, item, "replaced by a later job with the same key");
        lanes.takeOne(lane);
        locks.remove(holder.holderId());
    }
}
