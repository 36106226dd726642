package dev.lanekeeper.console.v1;

import dev.lanekeeper.latency.Latency;
import dev.lanekeeper.latency.LatencySearch;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** How long things take, by handler and stage; all durations in seconds. */
@Controller
public class LatencyApi {

    private static final int A_MONTH = 31 * 24 * 60;
    private static final int A_DAY = 24 * 60;

    private final LatencySearch latency;

    public LatencyApi(LatencySearch latency) {
        this.latency = latency;
    }

    /** Over the last minutes: five, or as many as are asked for. */
    @GetMapping("/v1/latency")
    ResponseEntity<byte[]> all(HttpServletRequest request) {
        var minutes = Parameters.of(request, "minutes").number("minutes", 5, A_MONTH);
        return Json.ok(latency.over(Duration.ofMinutes(Math.max(1, minutes))).stream()
                .map(LatencyApi::json)
                .toList());
    }

    /** Point by point: a day, or as many minutes as are asked for. */
    @GetMapping("/v1/latency/{handler}")
    ResponseEntity<byte[]> points(@PathVariable String handler, HttpServletRequest request) {
        var minutes = Parameters.of(request, "minutes").number("minutes", A_DAY, A_MONTH);
        return Json.ok(latency.points(handler, Duration.ofMinutes(Math.max(1, minutes))).stream()
                .map(point -> {
                    var json = new LinkedHashMap<String, Object>();
                    json.put("since", point.since());
                    json.put("seconds", point.length().toSeconds());
                    json.putAll(json(point.latency()));
                    return json;
                })
                .toList());
    }

    private static Map<String, Object> json(Latency latency) {
        var json = new LinkedHashMap<String, Object>();
        json.put("handler", latency.handler());
        json.put("stage", latency.stage().key());
        json.put("events", latency.events());
        json.put("min", seconds(latency.min()));
        json.put("max", seconds(latency.max()));
        json.put("average", seconds(latency.average()));
        json.put("p50", seconds(latency.p50()));
        json.put("p95", seconds(latency.p95()));
        json.put("p99", seconds(latency.p99()));
        return json;
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
