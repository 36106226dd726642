package dev.lanekeeper.console.v1;

import dev.lanekeeper.console.lane.LaneList;
import dev.lanekeeper.console.lane.LaneListSearch;
import dev.lanekeeper.console.lane.LanePlace;
import dev.lanekeeper.console.lane.LaneRow;
import dev.lanekeeper.operations.LaneAnswer;
import dev.lanekeeper.operations.LaneOperations;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;

/** Lanes: those with unfinished items, and those that are parked. */
@Controller
public class LanesApi {

    private final LaneListSearch lanes;
    private final LaneOperations operations;

    public LanesApi(LaneListSearch lanes, LaneOperations operations) {
        this.lanes = lanes;
        this.operations = operations;
    }

    @GetMapping("/v1/lanes")
    ResponseEntity<byte[]> lanes(HttpServletRequest request) {
        var parameters = Parameters.of(request, "resource", "list", "handler", "limit", "after");
        var resource = parameters.text("resource");
        if (resource != null) {
            return Json.ok(
                    lanes.ofResource(resource).stream().map(LanesApi::json).toList());
        }
        var list = parameters.word("list", LaneList::parse, Arrays.toString(LaneList.values()));
        var after = parameters.word("after", LanePlace::parse, "the places that a Link header names");
        var limit = parameters.limit();
        var page = lanes.page(
                list == null ? LaneList.LONGEST : list, parameters.text("handler"), after, Math.max(1, limit));
        if (page.asOf() == null) {
            throw new ApiException(HttpStatus.SERVICE_UNAVAILABLE, "the lanes are being compared; ask again");
        }
        var answer = ResponseEntity.ok();
        var next = page.next();
        if (next != null) {
            answer.header(HttpHeaders.LINK, Links.next(request, next.text()));
        }
        return Json.with(
                answer, page.rows().stream().limit(limit).map(LanesApi::json).toList());
    }

    @GetMapping("/v1/lanes/count")
    ResponseEntity<byte[]> count() {
        var counts = lanes.counts();
        var json = new LinkedHashMap<String, Object>();
        Map.of(
                        "active",
                        counts.active(),
                        "ready",
                        counts.ready(),
                        "blocked",
                        counts.blocked(),
                        "parked",
                        counts.parked())
                .forEach((state, count) -> {
                    json.put(state, count.value());
                    if (count.orMore()) {
                        json.put(state + "_capped", true);
                    }
                });
        return Json.ok(json);
    }

    @GetMapping("/v1/lanes/{id}")
    ResponseEntity<byte[]> lane(@PathVariable String id) {
        return Json.ok(json(lanes.find(Parameters.laneId(id))
                .orElseThrow(() -> new ApiException(HttpStatus.NOT_FOUND, "lane not found"))));
    }

    @PostMapping("/v1/lanes/{id}/park")
    ResponseEntity<byte[]> park(
            @PathVariable String id,
            HttpServletRequest request,
            @RequestBody(required = false) byte @Nullable [] body) {
        return answer(
                operations.park(Parameters.laneId(id), Asked.of(request, body).by()));
    }

    @PostMapping("/v1/lanes/{id}/unpark")
    ResponseEntity<byte[]> unpark(
            @PathVariable String id,
            HttpServletRequest request,
            @RequestBody(required = false) byte @Nullable [] body) {
        return answer(
                operations.unpark(Parameters.laneId(id), Asked.of(request, body).by()));
    }

    private static ResponseEntity<byte[]> answer(LaneAnswer answer) {
        return switch (answer) {
            case PARKED, UNPARKED -> Json.ok(Map.of("answer", answer.name().toLowerCase(Locale.ROOT)));
            case REQUESTED ->
                Json.answer(
                        HttpStatus.ACCEPTED,
                        Map.of(
                                "answer",
                                "requested",
                                "message",
                                "a run works on it and stops after the item that it handles"));
            case NOT_FOUND -> Json.error(HttpStatus.NOT_FOUND, "lane not found");
            case ALREADY_PARKED -> Json.error(HttpStatus.CONFLICT, "somebody else has parked it");
            case NOT_PARKED -> Json.error(HttpStatus.CONFLICT, "it is not parked");
        };
    }

    private static Map<String, @Nullable Object> json(LaneRow row) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", row.laneId());
        json.put("state", row.state().name());
        json.put("handler", row.handler());
        json.put("resource", row.resource());
        json.put("bundle", row.bundle());
        json.put("waiting", row.waiting());
        json.put("due_at", row.dueAt());
        json.put("head_id", row.head());
        json.put("head_attempts", row.headAttempts());
        json.put("head_since", row.headStoredAt());
        json.put("behind_head", row.behind());
        json.put("oldest_behind_since", row.secondStoredAt());
        json.put("error_class", row.errorClass());
        json.put("error_message", row.errorMessage());
        json.put("lock", row.lock());
        json.put("lock_held_by", row.lockHolder());
        json.put(
                "lock_elsewhere",
                row.lockElsewhere() == null ? null : row.lockElsewhere().name().toLowerCase(Locale.ROOT));
        json.put("owner_node", row.ownerNode());
        json.put("owner_run", row.ownerRun());
        json.put("owner_since", row.ownerSince());
        json.put("parked_at", row.parkedAt());
        json.put("parked_by", row.parkedBy());
        json.put("park_reason", row.parkReason());
        json.put("parked_item", row.parkedItem());
        json.put("handler_paused", row.handlerPaused());
        json.put("handler_served", row.handlerServed());
        return json;
    }
}
