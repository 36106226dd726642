package dev.lanekeeper.console.v1;

import dev.lanekeeper.console.job.JobPlace;
import dev.lanekeeper.console.job.RecurringJobSearch;
import dev.lanekeeper.console.job.RecurringJobSearch.RecurringJob;
import dev.lanekeeper.operations.Operator;
import dev.lanekeeper.operations.RecurringAnswer;
import dev.lanekeeper.operations.RecurringOperations;
import jakarta.servlet.http.HttpServletRequest;
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

/** Jobs that recur: lists and changes them. */
@Controller
public class RecurringJobsApi {

    private final RecurringOperations operations;
    private final RecurringJobSearch search;

    public RecurringJobsApi(RecurringOperations operations, RecurringJobSearch search) {
        this.operations = operations;
        this.search = search;
    }

    @GetMapping("/v1/recurring-jobs")
    ResponseEntity<byte[]> list(HttpServletRequest request) {
        var parameters = Parameters.of(request, "handler", "limit", "after");
        var limit = parameters.limit();
        var after = parameters.word("after", JobPlace::parse, "the places that a Link header names");
        var found = search.page(parameters.text("handler"), after, limit + 1);
        var answer = ResponseEntity.ok();
        if (limit > 0 && found.size() > limit) {
            answer.header(
                    HttpHeaders.LINK,
                    Links.next(request, JobPlace.of(found.get(limit - 1)).text()));
        }
        return Json.with(
                answer, found.stream().limit(limit).map(RecurringJobsApi::json).toList());
    }

    @GetMapping("/v1/recurring-jobs/{id}")
    ResponseEntity<byte[]> one(@PathVariable String id) {
        var number = Parameters.id(id, unknown());
        return Json.ok(json(search.find(number).orElseThrow(RecurringJobsApi::unknown)));
    }

    @PostMapping("/v1/recurring-jobs/{id}/pause")
    ResponseEntity<byte[]> pause(
            @PathVariable String id,
            HttpServletRequest request,
            @RequestBody(required = false) byte @Nullable [] body) {
        return change(id, request, body, operations::pause);
    }

    @PostMapping("/v1/recurring-jobs/{id}/resume")
    ResponseEntity<byte[]> resume(
            @PathVariable String id,
            HttpServletRequest request,
            @RequestBody(required = false) byte @Nullable [] body) {
        return change(id, request, body, operations::resume);
    }

    @PostMapping("/v1/recurring-jobs/{id}/run-now")
    ResponseEntity<byte[]> runNow(
            @PathVariable String id,
            HttpServletRequest request,
            @RequestBody(required = false) byte @Nullable [] body) {
        return change(id, request, body, operations::runNow);
    }

    @PostMapping("/v1/recurring-jobs/{id}/end")
    ResponseEntity<byte[]> end(
            @PathVariable String id,
            HttpServletRequest request,
            @RequestBody(required = false) byte @Nullable [] body) {
        return change(id, request, body, operations::end);
    }

    /** What somebody wants to be done to one of them. */
    private interface Change {

        RecurringAnswer apply(long recurringId, Operator by);
    }

    private static ResponseEntity<byte[]> change(
            String id, HttpServletRequest request, byte @Nullable [] body, Change change) {
        var number = Parameters.id(id, unknown());
        var answer = change.apply(number, Asked.of(request, body).by());
        return switch (answer) {
            case PAUSED, RESUMED, DUE, ENDED ->
                Json.ok(Map.of("answer", answer.name().toLowerCase(Locale.ROOT)));
            case NOT_FOUND -> throw unknown();
            case IS_PAUSED -> Json.error(HttpStatus.CONFLICT, "it is paused; resume it first");
            case IS_NOT_PAUSED -> Json.error(HttpStatus.CONFLICT, "it is not paused");
            case UNFINISHED -> Json.error(HttpStatus.CONFLICT, "its last job is not finished yet");
            case DECLARED ->
                Json.error(
                        HttpStatus.CONFLICT,
                        "its handler declares that it recurs, so it would again with the next start; pause it");
        };
    }

    private static Map<String, @Nullable Object> json(RecurringJob job) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", job.recurringId());
        json.put("handler", job.handler());
        json.put("name", job.isDeclared() ? null : job.name());
        json.put("cron", job.cron());
        json.put("zone", job.zone());
        json.put("next_at", job.pausedAt() == null ? job.nextAt() : null);
        json.put("paused_at", job.pausedAt());
        json.put("resource", job.resource());
        json.put("label", job.label());
        json.put("unique", job.isUnique());
        json.put("priority", job.priority());
        json.put("last_item_id", job.lastItemId());
        json.put("left_out", job.leftOut());
        return json;
    }

    private static ApiException unknown() {
        return new ApiException(HttpStatus.NOT_FOUND, "recurring job not found");
    }
}
