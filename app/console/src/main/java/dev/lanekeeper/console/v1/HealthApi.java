package dev.lanekeeper.console.v1;

import dev.lanekeeper.console.v1.HealthSearch.Node;
import dev.lanekeeper.work.BlockedLaneSearch;
import dev.lanekeeper.work.BlockedLaneSearch.BlockedLane;
import dev.lanekeeper.work.Database;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** Whether all nodes together do their work; for one process there is the application's own health endpoint. */
@Controller
public class HealthApi {

    private static final double DEAD_SECONDS = 10;
    private static final int SHOWN = 10;

    private final Database database;
    private final HealthSearch search;
    private final Duration blockedWarning;

    public HealthApi(Database database, Duration blockedWarning) {
        this.database = database;
        this.search = new HealthSearch(database);
        this.blockedWarning = blockedWarning;
    }

    @GetMapping("/ping")
    ResponseEntity<String> ping() {
        return ResponseEntity.ok("PONG");
    }

    @GetMapping("/v1/ping")
    ResponseEntity<String> pingOfApi() {
        return ping();
    }

    @GetMapping("/v1/health")
    ResponseEntity<byte[]> health() {
        var nodes = search.nodes();
        var now = database.now();
        var blocked = new BlockedLaneSearch(database).blockedSince(now, now.minus(blockedWarning), SHOWN);
        var status = status(nodes, blocked);
        var json = new LinkedHashMap<String, Object>();
        json.put("status", status);
        json.put("nodes", nodes);
        json.put("blocked_lanes", blocked);
        return Json.answer(status.equals("DOWN") ? HttpStatus.SERVICE_UNAVAILABLE : HttpStatus.OK, json);
    }

    private static String status(List<Node> nodes, List<BlockedLane> blocked) {
        var works = nodes.stream()
                .anyMatch(node -> node.roles().contains("workers") && node.silentSeconds() < DEAD_SECONDS);
        if (!works) {
            return "DOWN";
        }
        var silent = nodes.stream().anyMatch(node -> node.silentSeconds() >= DEAD_SECONDS);
        return silent || !blocked.isEmpty() ? "DEGRADED" : "UP";
    }
}
