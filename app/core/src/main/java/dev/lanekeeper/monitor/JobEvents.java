package dev.lanekeeper.monitor;

import dev.lanekeeper.api.event.JobEvent;
import dev.lanekeeper.work.DuplicateListener;
import dev.lanekeeper.work.StoredJob;
import dev.lanekeeper.work.UniqueClaim;

/** Publishes what became of jobs that met another with the same key. */
final class JobEvents implements DuplicateListener {

    private final Publisher publisher;

    JobEvents(Publisher publisher) {
        this.publisher = publisher;
    }

    @Override
    public void met(UniqueClaim claim, StoredJob result) {
        if (result instanceof StoredJob.Duplicate lost) {
            publisher.publish(new JobEvent.Duplicate(claim.handler(), claim.key(), lost.of()));
        } else if (result instanceof StoredJob.Rejected rejected) {
            publisher.publish(new JobEvent.Rejected(claim.handler(), claim.key(), rejected.id(), rejected.of()));
        } else if (result instanceof StoredJob.Replaced replaced) {
            publisher.publish(new JobEvent.Replaced(claim.handler(), claim.key(), replaced.id(), replaced.replaced()));
        }
    }
}
