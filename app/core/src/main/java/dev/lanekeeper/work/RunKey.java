package dev.lanekeeper.work;

import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.api.RawEvent.RawHeader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The key of the lock that a job needs while it runs, as it was computed when the job was enqueued: a header of the job. */
public final class RunKey {

    /** What handlers see it as. */
    public static final String HEADER = "lanekeeper-run-key";

    private RunKey() {}

    /** These headers, and the key if the job needs one. */
    public static List<RawHeader> with(List<RawHeader> headers, @Nullable UniqueClaim claim) {
        if (claim == null || !claim.rule().isHeldInTheRun()) {
            return List.copyOf(headers);
        }
        var all = new ArrayList<>(headers);
        all.add(new RawHeader(HEADER, claim.key().getBytes(StandardCharsets.UTF_8)));
        return List.copyOf(all);
    }

    /** {@code null} when none was stored. */
    public static @Nullable String read(RawEvent event) {
        var value = event.lastHeader(HEADER);
        return value == null ? null : new String(value, StandardCharsets.UTF_8);
    }
}
