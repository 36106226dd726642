package dev.lanekeeper.jobs;

import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How Lanekeeper's own JobRunr is set up.
 *
 * @param schema the schema of JobRunr's tables, a plain lower-case name; it must exist
 * @param serverName this node's name on JobRunr's dashboard
 * @param workers how many runs this node works on at a time
 * @param virtualThreads whether runs get virtual threads; a JVM without them uses platform threads
 * @param pollInterval how often JobRunr writes its heartbeat and looks for runs that somebody put back into the queue; at least 5 s,
 *     and a server that is silent for four of them counts as dead
 * @param retention how long JobRunr's rows of ended runs are kept
 * @param tables what happens to JobRunr's tables at the start
 * @param dashboardPort the port on the loopback interface for JobRunr's dashboard, 0 for any free one; null for none
 */
public record JobRunrSettings(
        String schema,
        String serverName,
        int workers,
        boolean virtualThreads,
        Duration pollInterval,
        Duration retention,
        Tables tables,
        @Nullable Integer dashboardPort) {

    private static final Pattern PLAIN_NAME = Pattern.compile("[a-z_][a-z0-9_]{0,62}");
    static final Duration SHORTEST_POLL = Duration.ofSeconds(5);
    private static final int LONGEST_NAME = 127;

    /** What happens to JobRunr's tables at the start. */
    public enum Tables {
        /** They are created, and changed after an upgrade. */
        MIGRATE,
        /** The start fails when they are not as this version of JobRunr needs them. */
        VALIDATE,
        /** Nobody looks at them. */
        NONE
    }

    public JobRunrSettings {
        require(PLAIN_NAME.matcher(schema).matches(), "schema", schema, "a plain lower-case name");
        require(
                !serverName.isEmpty() && serverName.length() <= LONGEST_NAME,
                "serverName",
                serverName,
                "1 to 127 characters");
        require(workers > 0, "workers", workers, "at least 1");
        require(pollInterval.compareTo(SHORTEST_POLL) >= 0, "pollInterval", pollInterval, "at least 5 seconds");
        require(!retention.isNegative(), "retention", retention, "zero or more");
    }

    /** Virtual threads where the JVM has them, a poll every 5 s, rows kept for 10 min, tables created, no dashboard. */
    public static JobRunrSettings of(String schema, String serverName, int workers) {
        return new JobRunrSettings(
                schema, serverName, workers, true, SHORTEST_POLL, Duration.ofMinutes(10), Tables.MIGRATE, null);
    }

    String tablePrefix() {
        return schema + ".";
    }

    private static void require(boolean holds, String name, Object value, String wanted) {
        if (!holds) {
            throw new IllegalArgumentException("JobRunr: %s is %s, but must be %s".formatted(name, value, wanted));
        }
    }
}
