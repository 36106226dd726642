package dev.lanekeeper.monitor;

import dev.lanekeeper.monitor.Monitor.Running;
import dev.lanekeeper.work.BlockedLaneSearch;
import dev.lanekeeper.work.BlockedLaneSearch.BlockedLane;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.health.contributor.Health;

/** Degraded while a lane has been held up by the same failing item for longer than {@code blocked-warning}. */
final class LanesHealth extends NodeHealth {

    private static final int SHOWN = 10;

    private final Duration blockedWarning;

    LanesHealth(Monitor monitor, Duration blockedWarning) {
        super(monitor);
        this.blockedWarning = blockedWarning;
    }

    @Override
    void check(Running running, Health.Builder health) {
        var database = running.database();
        var now = database.now();
        var blocked = new BlockedLaneSearch(database).blockedSince(now, now.minus(blockedWarning), SHOWN);
        if (blocked.isEmpty()) {
            health.up();
        } else {
            health.status(DEGRADED)
                    .withDetail(
                            "blocked", blocked.stream().map(LanesHealth::lane).toList());
        }
    }

    private static Map<String, Object> lane(BlockedLane lane) {
        var details = new LinkedHashMap<String, Object>();
        details.put("handler", lane.handler());
        var resource = lane.resource();
        if (resource != null) {
            details.put("resource", resource);
        }
        details.put("item", lane.itemId());
        details.put("attempts", lane.attempts());
        details.put("since", lane.since());
        details.put("retryAt", lane.dueAt());
        return details;
    }
}
