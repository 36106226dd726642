package dev.lanekeeper.api.job;

import org.jspecify.annotations.Nullable;

/**
 * Asked about every job that this application enqueues, with {@link Jobs} or over HTTP: it may change the options, as the key by which the
 * job is unique, or stop it. A bean; several are asked in their order, each with what the one before has left, until one stops the job.
 *
 * <pre>{@code
 * @Bean
 * BeforeEnqueue oneTenantAtATime(Tenants tenants) {
 *     return job -> tenants.isClosed() ? Decision.stop("the tenant is closed")
 *             : Decision.enqueue(job.options().withUniqueKey(tenants.current()));
 * }
 * }</pre>
 *
 * <p>Called on the caller's thread, inside its transaction if there is one, before anything is read from the payload or written. What it
 * throws, the caller gets, and nothing is enqueued. Of what recurs they are asked when
 * it is enqueued, and not each time; jobs that are retried, or whose rows other programs insert, are not asked about.
 */
@FunctionalInterface
public interface BeforeEnqueue {

    Decision beforeEnqueue(Wanted job);

    /**
     * A job that is to be enqueued.
     *
     * @param handlerId for whom it is
     * @param payload as JSON; {@code null} for none; not to be changed
     * @param options as the caller gave them, or the hook before
     */
    record Wanted(String handlerId, byte @Nullable [] payload, JobOptions options) {}

    /** What becomes of it. */
    sealed interface Decision {

        /** It is enqueued with these options. */
        static Decision enqueue(JobOptions options) {
            return new Enqueue(options);
        }

        /**
         * It is not enqueued; the caller gets {@link Enqueued.Stopped}.
         *
         * @param reason for people
         */
        static Decision stop(String reason) {
            return new Stop(reason);
        }

        record Enqueue(JobOptions options) implements Decision {}

        record Stop(String reason) implements Decision {}
    }
}
