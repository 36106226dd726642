/**
 * Lanekeeper's own JobRunr: hands runs over to its workers and shows them; the only room that knows JobRunr, depends on no other.
 *
 * <p>JobRunr is never the truth about an item. Its rows may be deleted, requeued or declared dead at any time: a run goes on to its
 * end all the same, and what an unknown or repeated run may do is decided by the {@link dev.lanekeeper.jobs.RunBody}.
 */
@NullMarked
package dev.lanekeeper.jobs;

import org.jspecify.annotations.NullMarked;
