package dev.lanekeeper.console.v1;

import dev.lanekeeper.api.job.DuplicateJobException;
import dev.lanekeeper.api.job.Enqueued;
import dev.lanekeeper.console.job.JobPlace;
import dev.lanekeeper.console.job.ScheduledJobSearch;
import dev.lanekeeper.console.job.ScheduledJobSearch.Job;
import dev.lanekeeper.intake.enqueue.JobRequests;
import dev.lanekeeper.intake.enqueue.NoJobHandlerException;
import dev.lanekeeper.operations.JobAnswer;
import dev.lanekeeper.operations.JobOperations;
import dev.lanekeeper.work.JobRequest.KeyTakenException;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
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
import org.springframework.web.bind.annotation.RequestHeader;

/** Jobs: enqueues them, and changes those that are scheduled. */
@Controller
public class JobsApi {

    private static final String ENTRY = "entry";
    private static final String JOBS = "/jobs/";
    private static final String EVENTS = "/events/";

    private final JobRequests requests;
    private final JobOperations operations;
    private final ScheduledJobSearch search;
    private final Clock clock;

    public JobsApi(JobRequests requests, JobOperations operations, ScheduledJobSearch search, Clock clock) {
        this.requests = requests;
        this.operations = operations;
        this.search = search;
        this.clock = clock;
    }

    @PostMapping("/v1/jobs")
    ResponseEntity<byte[]> enqueue(
            HttpServletRequest request,
            @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key,
            @RequestBody(required = false) byte @Nullable [] body) {
        try {
            var answer = requests.enqueue(WantedJob.of(request, key, body));
            return answer(request, answer);
        } catch (NoJobHandlerException e) {
            return Json.error(HttpStatus.NOT_FOUND, e.getMessage());
        } catch (KeyTakenException | IllegalArgumentException e) {
            return Json.error(HttpStatus.UNPROCESSABLE_CONTENT, e.getMessage());
        } catch (DuplicateJobException e) {
            return Json.answer(
                    HttpStatus.CONFLICT,
                    Map.of("error", true, "message", String.valueOf(e.getMessage()), "duplicate_of", e.duplicateOf()));
        }
    }

    private ResponseEntity<byte[]> answer(HttpServletRequest request, JobRequests.Answer answer) {
        var enqueued = answer.enqueued();
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("answer", enqueued.getClass().getSimpleName().toLowerCase(Locale.ROOT));
        json.putAll(Json.fields(enqueued));
        json.put("repeated", answer.repeated());
        var status = ResponseEntity.status(isNew(enqueued) ? HttpStatus.CREATED : HttpStatus.OK);
        var place = place(enqueued);
        if (place != null) {
            var jobs = request.getRequestURI();
            status.header(HttpHeaders.LOCATION, jobs.substring(0, jobs.lastIndexOf('/')) + place);
        }
        return Json.with(status, json);
    }

    private @Nullable String place(Enqueued enqueued) {
        if (enqueued instanceof Enqueued.Scheduled scheduled) {
            return JOBS + scheduled.jobId();
        }
        if (enqueued instanceof Enqueued.Recurring recurring) {
            return "/recurring-jobs/" + recurring.recurringId();
        }
        if (enqueued instanceof Enqueued.PutOff later) {
            return JOBS + later.jobId();
        }
        if (enqueued instanceof Enqueued.Replaced instead) {
            return (isJob(instead.id()) ? JOBS : EVENTS) + instead.id();
        }
        return enqueued instanceof Enqueued.Accepted accepted ? EVENTS + accepted.itemId() : null;
    }

    /** Whether it was stored for later; it may have become an event meanwhile, under another id. */
    private boolean isJob(long id) {
        return search.find(id).isPresent() || operations.itemOf(id).isPresent();
    }

    private static boolean isNew(Enqueued enqueued) {
        return enqueued instanceof Enqueued.Accepted
                || enqueued instanceof Enqueued.Scheduled
                || enqueued instanceof Enqueued.Recurring
                || enqueued instanceof Enqueued.PutOff
                || enqueued instanceof Enqueued.Replaced;
    }

    @GetMapping("/v1/jobs")
    ResponseEntity<byte[]> scheduled(HttpServletRequest request) {
        if (request.getParameter(ENTRY) != null) {
            return Json.ok(ofEntry(Parameters.of(request, ENTRY)));
        }
        var parameters = Parameters.of(request, "handler", "limit", "after");
        var limit = parameters.limit();
        var after = parameters.word("after", JobPlace::parse, "the places that a Link header names");
        var jobs = search.page(parameters.text("handler"), after, limit + 1);
        var answer = ResponseEntity.ok();
        if (limit > 0 && jobs.size() > limit) {
            answer.header(
                    HttpHeaders.LINK,
                    Links.next(request, JobPlace.of(jobs.get(limit - 1)).text()));
        }
        return Json.with(answer, jobs.stream().limit(limit).map(JobsApi::json).toList());
    }

    /** The job that somebody has submitted in a transaction, as one of a list: none yet, scheduled, or the event that it is by now. */
    private List<Map<String, @Nullable Object>> ofEntry(Parameters parameters) {
        var entry =
                Parameters.id(String.valueOf(parameters.text(ENTRY)), Parameters.refused(ENTRY, "is no whole number"));
        return operations
                .jobOfEntry(entry)
                .flatMap(search::find)
                .map(JobsApi::json)
                .or(() -> operations.itemOfEntry(entry).map(JobsApi::becomeAnItem))
                .stream()
                .toList();
    }

    private static Map<String, @Nullable Object> becomeAnItem(long itemId) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("item_id", itemId);
        return json;
    }

    @GetMapping("/v1/jobs/{id}")
    ResponseEntity<byte[]> job(@PathVariable String id) {
        var number = Parameters.id(id, unknown());
        var job = search.find(number).orElse(null);
        if (job != null) {
            return Json.ok(json(job));
        }
        var item = operations.itemOf(number).orElseThrow(JobsApi::unknown);
        return Json.ok(Map.of("id", number, "item_id", item));
    }

    @PostMapping("/v1/jobs/{id}/cancel")
    ResponseEntity<byte[]> cancel(
            @PathVariable String id,
            HttpServletRequest request,
            @RequestBody(required = false) byte @Nullable [] body) {
        var number = Parameters.id(id, unknown());
        return answer(number, operations.cancel(number, Asked.of(request, body).by()));
    }

    @PostMapping("/v1/jobs/{id}/run-now")
    ResponseEntity<byte[]> runNow(
            @PathVariable String id,
            HttpServletRequest request,
            @RequestBody(required = false) byte @Nullable [] body) {
        var number = Parameters.id(id, unknown());
        return answer(number, operations.runNow(number, Asked.of(request, body).by()));
    }

    @PostMapping("/v1/jobs/{id}/reschedule")
    ResponseEntity<byte[]> reschedule(
            @PathVariable String id,
            HttpServletRequest request,
            @RequestBody(required = false) byte @Nullable [] body) {
        var number = Parameters.id(id, unknown());
        var wanted = NewTime.of(body);
        return answer(
                number,
                operations.reschedule(number, wanted.dueAt(clock.instant()), Asked.operator(request, wanted.reason())));
    }

    private ResponseEntity<byte[]> answer(long id, JobAnswer answer) {
        return switch (answer) {
            case CANCELLED, RESCHEDULED, DUE ->
                Json.ok(Map.of("answer", answer.name().toLowerCase(Locale.ROOT)));
            case NOT_FOUND -> throw unknown();
            case ALREADY_STORED ->
                Json.answer(
                        HttpStatus.CONFLICT,
                        Map.of(
                                "error",
                                true,
                                "message",
                                "it is scheduled no more: its time had come, or somebody has cancelled it",
                                "item_id",
                                operations.itemOf(id).orElse(id)));
        };
    }

    private static Map<String, @Nullable Object> json(Job job) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", job.jobId());
        json.put("handler", job.handler());
        json.put("resource", job.resource());
        json.put("label", job.label());
        json.put("due_at", job.dueAt());
        json.put("enqueued_at", job.enqueuedAt());
        json.put("unique", job.holdsLock());
        json.put("priority", job.priority());
        return json;
    }

    private static ApiException unknown() {
        return new ApiException(HttpStatus.NOT_FOUND, "job not found");
    }
}
