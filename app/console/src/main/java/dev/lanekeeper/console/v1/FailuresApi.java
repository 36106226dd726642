package dev.lanekeeper.console.v1;

import dev.lanekeeper.console.failure.FailureGroupSearch;
import dev.lanekeeper.console.item.ItemDetailSearch;
import dev.lanekeeper.console.item.ItemFilter;
import dev.lanekeeper.console.item.ItemOrder;
import dev.lanekeeper.console.item.ItemRow;
import dev.lanekeeper.console.item.ItemSearch;
import dev.lanekeeper.console.item.ItemState;
import dev.lanekeeper.operations.ItemOperations;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.context.request.async.DeferredResult;

/** Failures: events that used up their retries, or that their handler rejected. A failure has the id of its event. */
@Controller
public class FailuresApi {

    private final Lists lists;
    private final ItemSearch items;
    private final ItemDetailSearch details;
    private final FailureGroupSearch groups;
    private final ItemOperations operations;
    private final Retries retries;

    public FailuresApi(
            ItemSearch items,
            ItemDetailSearch details,
            FailureGroupSearch groups,
            ItemOperations operations,
            Retries retries) {
        this.lists = new Lists(items, details);
        this.items = items;
        this.details = details;
        this.groups = groups;
        this.operations = operations;
        this.retries = retries;
    }

    @GetMapping("/v1/failures")
    ResponseEntity<byte[]> failures(HttpServletRequest request) {
        var parameters = Parameters.ofFilter(request, "limit", "offset", "after");
        return lists.page(parameters, filter(parameters));
    }

    @GetMapping("/v1/failures/count")
    ResponseEntity<byte[]> count(HttpServletRequest request) {
        var count = items.count(filter(Parameters.ofFilter(request)), ItemOrder.FINISHED);
        return count.orMore()
                ? Json.ok(Map.of("count", count.value(), "capped", true))
                : Json.ok(Map.of("count", count.value()));
    }

    @GetMapping("/v1/failures/groups")
    ResponseEntity<byte[]> groups() {
        return Json.ok(Stream.concat(groups.groups().stream(), groups.rejected().stream())
                .map(group -> {
                    var json = new LinkedHashMap<String, @Nullable Object>();
                    json.put("fingerprint", group.fingerprint());
                    json.put("state", group.fingerprint() == null ? "REJECTED" : "FAILED");
                    json.put("count", group.count().value());
                    json.put("count_capped", group.count().orMore());
                    json.put("first", group.first());
                    json.put("last", group.last());
                    json.put("handler", group.handler());
                    json.put("last_id", group.lastItem());
                    json.put("error_message", group.errorMessage());
                    return json;
                })
                .toList());
    }

    @GetMapping("/v1/failures/{id}")
    ResponseEntity<byte[]> failure(@PathVariable String id) {
        return Json.ok(EventJson.detail(
                details.find(failed(id).itemId(), EventJson.PAYLOAD_BYTES).orElseThrow(ApiException::failureNotFound)));
    }

    /** Discards it. */
    @DeleteMapping("/v1/failures/{id}")
    ResponseEntity<byte[]> discard(@PathVariable String id, HttpServletRequest request) {
        var asked = Asked.operator(request, Parameters.of(request, "reason").text("reason"));
        var answer = operations.discard(failed(id).itemId(), asked);
        return switch (answer) {
            case DISCARDED -> Json.ok(Map.of("acknowledged", true));
            case NOT_FOUND, ALREADY_FINISHED -> throw ApiException.failureNotFound();
            default -> Json.error(HttpStatus.CONFLICT, EventsApi.Refused.message(answer));
        };
    }

    @PostMapping("/v1/failures/{id}/retry")
    DeferredResult<ResponseEntity<byte[]>> retry(
            @PathVariable String id,
            HttpServletRequest request,
            @RequestBody(required = false) byte @Nullable [] body) {
        var row = details.row(Parameters.id(id, ApiException.failureNotFound()))
                .orElseThrow(ApiException::failureNotFound);
        if (!ItemState.FAILURES.contains(row.state()) && !details.hasFailedBefore(row.itemId())) {
            throw ApiException.failureNotFound();
        }
        return retries.retryFailure(row, Asked.of(request, body));
    }

    private ItemRow failed(String id) {
        return details.row(Parameters.id(id, ApiException.failureNotFound()))
                .filter(row -> ItemState.FAILURES.contains(row.state()))
                .orElseThrow(ApiException::failureNotFound);
    }

    private static ItemFilter filter(Parameters parameters) {
        var filter = parameters.filter(ItemState.FAILURES);
        if (!ItemState.FAILURES.containsAll(filter.states())) {
            throw Parameters.refused("state", "of a failure is FAILED or REJECTED");
        }
        return filter;
    }
}
