package dev.lanekeeper.work;

import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.api.RawEvent.RawHeader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The key of the lock that an item needs while it runs, as it was computed when the item came: a header of the item. */
public final class RunKey {

    /** What handlers see it as. */
    public static final String HEADER = "lanekeeper-run-key";

    private RunKey() {}

    /** These headers, and the key if the item needs one; what somebody else has written there is none. */
    public static List<RawHeader> with(List<RawHeader> headers, @Nullable UniqueClaim claim) {
        var all = new ArrayList<>(headers);
        all.removeIf(header -> header.name().equals(HEADER));
        if (claim != null && claim.rule().isHeldInTheRun()) {
            all.add(new RawHeader(HEADER, claim.key().getBytes(StandardCharsets.UTF_8)));
        }
        return List.copyOf(all);
    }

    /** {@code null} when none was stored. */
    public static @Nullable String read(RawEvent event) {
        var value = event.lastHeader(HEADER);
        return value == null ? null : new String(value, StandardCharsets.UTF_8);
    }
}
