package dev.lanekeeper.jobs;

import java.time.Duration;

/**
 * What is done again and again, on one node of all at a time: a recurring job of JobRunr's with the id {@link #ID}.
 *
 * <p>Which node does it is JobRunr's choice, anew each time; a node that dies or freezes in the middle of it holds it up for about
 * twenty seconds.
 *
 * @param interval at least 5 s, how often JobRunr looks
 * @param body called on a thread of the workers' but beside them, outside of any transaction, so that runs and it do not wait for each
 *     other; what it throws is logged by JobRunr, and nothing is repeated before the next time
 */
public record Repeated(Duration interval, Runnable body) {

    /** Under which JobRunr's tables and dashboard know it. */
    public static final String ID = "lanekeeper-latency-report";

    public Repeated {
        if (interval.compareTo(JobRunrSettings.SHORTEST_POLL) < 0) {
            throw new IllegalArgumentException("JobRunr: interval is " + interval + ", but must be at least 5 seconds");
        }
    }
}
