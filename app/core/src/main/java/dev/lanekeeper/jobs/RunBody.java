package dev.lanekeeper.jobs;

import java.util.UUID;

/**
 * What a run does. Called by {@link JobRunrServer} on a worker thread, outside of any transaction, once for every run that was handed
 * over, and once more for every time that somebody puts a run back into the queue on JobRunr's dashboard: so an id may be unknown or
 * already over, and the body decides what that means.
 *
 * <p>It returns normally whatever became of the work. An exception says that the machinery failed: it is logged with its stack trace,
 * and the run is not repeated. The thread is interrupted when {@link JobRunrServer#stop} has waited long enough.
 */
public interface RunBody {

    void run(UUID runId);
}
