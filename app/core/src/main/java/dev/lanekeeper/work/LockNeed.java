package dev.lanekeeper.work;

import java.time.Duration;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A lock that an item needs while its handler runs.
 *
 * @param name under which others need the same lock
 * @param most how many may have it at once, from 1; with {@code per}, how many may start in that time
 * @param per the period of a rate; {@code null} for a lock that is held during the run
 * @param patience how long the item waits for it before somebody decides what else becomes of it; {@code null} for as long as it
 *     takes, zero for not at all
 */
public record LockNeed(
        String name,
        int most,
        @Nullable Duration per,
        @Nullable Duration patience) {

    /** One at a time, for which its items wait. */
    public static LockNeed of(String name) {
        return new LockNeed(name, 1, null, null);
    }

    private static final String LANE = "lane:";
    private static final Pattern LIKE_A_SIGN = Pattern.compile("%(?=25|3A)");

    /** The lock of a lane's resource, which only other applications need besides. */
    public static LockNeed ofLane(String group, String resource) {
        return of(LANE + part(group) + ":" + resource);
    }

    /** A part of a name with a key behind it: a colon would leave open where it ends, so {@code %3A} stands for it. */
    public static String part(String text) {
        return LIKE_A_SIGN.matcher(text).replaceAll("%25").replace(":", "%3A");
    }

    /** Whether a lock of this name is that of a lane's resource. */
    public static boolean isOfLane(String name) {
        return name.startsWith(LANE);
    }

    /** The same, for an item that waits for it as long as it takes. */
    public LockNeed patiently() {
        return new LockNeed(name, most, per, null);
    }

    /** What all who need the lock know it by. */
    public UUID digest() {
        return digest(name);
    }

    /** What all who need a lock of this name know it by. */
    public static UUID digest(String name) {
        return LaneIds.of("run lock", name);
    }

    /** Whether each start uses up a part of it, so that it cannot be kept for the next item. */
    public boolean isRate() {
        return per != null;
    }
}
