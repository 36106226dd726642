package dev.lanekeeper.console.v1;

import dev.lanekeeper.operations.BulkOperations;
import dev.lanekeeper.work.BulkProgress;
import dev.lanekeeper.work.BulkVerb;
import dev.lanekeeper.work.FailureFilter;
import dev.lanekeeper.work.State;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;

/** Retries or discards of all failures that match a filter, done in the background. */
@Controller
public class BulkOperationsApi {

    private final BulkOperations operations;

    public BulkOperationsApi(BulkOperations operations) {
        this.operations = operations;
    }

    private record Filter(
            @Nullable String handler,
            @Nullable String topic,
            @Nullable String state,
            @Nullable String fingerprint,
            @Nullable String resource,
            @Nullable String entityId,
            @Nullable Instant from,
            @Nullable Instant to) {

        static Filter of(FailureFilter filter) {
            var state = filter.state();
            return new Filter(
                    filter.handler(),
                    filter.topic(),
                    state == null ? null : state.name(),
                    filter.fingerprint(),
                    filter.resource(),
                    filter.entity(),
                    filter.from(),
                    filter.to());
        }
    }

    private record Start(
            @Nullable String verb,
            @Nullable Filter filter,
            @Nullable String reason) {}

    @PostMapping("/v1/bulk-operations")
    ResponseEntity<byte[]> start(HttpServletRequest request, @RequestBody(required = false) byte @Nullable [] body) {
        var start = Json.read(body, Start.class);
        var filter = start.filter();
        if (filter == null) {
            throw Parameters.refused("filter", "is missing; {} means every failure");
        }
        var by = Asked.operator(request, start.reason());
        var id = operations.start(by, verb(start.verb()), filter(filter), start.reason());
        return ResponseEntity.accepted()
                .header("Location", request.getRequestURI() + "/" + id)
                .contentType(org.springframework.http.MediaType.APPLICATION_JSON)
                .body(Json.bytes(Map.of("id", id)));
    }

    private static BulkVerb verb(@Nullable String text) {
        return switch (text == null ? "" : text.toLowerCase(Locale.ROOT)) {
            case "retry" -> BulkVerb.RETRY;
            case "discard" -> BulkVerb.DISCARD;
            default -> throw Parameters.refused("verb", "is retry or discard");
        };
    }

    private static FailureFilter filter(Filter filter) {
        return new FailureFilter(
                filter.handler(),
                filter.topic(),
                state(filter.state()),
                filter.fingerprint(),
                filter.resource(),
                filter.entityId(),
                filter.from(),
                filter.to());
    }

    private static @Nullable State state(@Nullable String text) {
        return switch (text == null ? "" : text.toUpperCase(Locale.ROOT)) {
            case "" -> null;
            case "FAILED" -> State.FAILED;
            case "REJECTED" -> State.REJECTED;
            default -> throw Parameters.refused("state", "of a failure is FAILED or REJECTED");
        };
    }

    @GetMapping("/v1/bulk-operations")
    ResponseEntity<byte[]> recent() {
        return Json.ok(operations.recent().stream().map(BulkOperationsApi::json).toList());
    }

    @GetMapping("/v1/bulk-operations/{id}")
    ResponseEntity<byte[]> one(@PathVariable String id) {
        var unknown = new ApiException(HttpStatus.NOT_FOUND, "bulk operation not found");
        return Json.ok(json(operations.progress(Parameters.id(id, unknown)).orElseThrow(() -> unknown)));
    }

    @PostMapping("/v1/bulk-operations/{id}/cancel")
    ResponseEntity<byte[]> cancel(
            @PathVariable String id,
            HttpServletRequest request,
            @RequestBody(required = false) byte @Nullable [] body) {
        var unknown = new ApiException(HttpStatus.NOT_FOUND, "bulk operation not found");
        var number = Parameters.id(id, unknown);
        if (operations.progress(number).isEmpty()) {
            throw unknown;
        }
        return operations.cancel(Asked.of(request, body).by(), number)
                ? Json.ok(Map.of("cancelled", true))
                : Json.error(HttpStatus.CONFLICT, "it is over already");
    }

    private static Map<String, @Nullable Object> json(BulkProgress progress) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", progress.id());
        json.put("verb", progress.verb().name().toLowerCase(Locale.ROOT));
        json.put("filter", Filter.of(progress.filter()));
        json.put("operator", progress.operator());
        json.put("reason", progress.reason());
        json.put("started_at", progress.startedAt());
        json.put("collected_at", progress.collectedAt());
        json.put("finished_at", progress.finishedAt());
        json.put("cancelled_by", progress.cancelledBy());
        var counts = progress.counts();
        json.put("matched", counts.matched());
        json.put("done", counts.done());
        json.put("behind_parking", counts.behindParking());
        json.put(
                "skipped",
                Map.of(
                        "running", counts.running(),
                        "waiting", counts.waiting(),
                        "ended", counts.ended(),
                        "purged", counts.purged()));
        json.put("left", counts.left());
        return json;
    }
}
