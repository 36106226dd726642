package dev.lanekeeper.console.v1;

import dev.lanekeeper.console.item.ItemRow;
import dev.lanekeeper.operations.ItemAnswer;
import dev.lanekeeper.operations.ItemOperations;
import dev.lanekeeper.work.Database;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.context.request.async.DeferredResult;

/**
 * Retries by request: makes the item due, and answers with what its handler has said. The handler runs in a run like any
 * other; while the answer is waited for, neither a lock nor a connection nor a thread is held.
 */
public final class Retries {

    private final ItemOperations operations;
    private final RetryProgressSearch search;
    private final RetryAnswers answers;

    public Retries(Database database, ItemOperations operations, RetryAnswers answers) {
        this.operations = operations;
        this.search = new RetryProgressSearch(database);
        this.answers = answers;
    }

    DeferredResult<ResponseEntity<byte[]>> retryFailure(ItemRow row, Asked asked) {
        requireHandler(row);
        var before = search.of(row.itemId()).lastAttempt();
        var answer = operations.retryFailure(row.itemId(), asked.by());
        return switch (answer) {
            case DUE, DUE_WITHOUT_LOCK -> answers.answer(row.itemId(), before, asked.patience());
            case DUE_BEHIND_PARKING -> later(row.itemId());
            case NOT_FOUND -> throw ApiException.failureNotFound();
            // The source says so, too: the event is there already, its handler was not called.
            case ALREADY_FINISHED -> now(Json.ok(Map.of("acknowledged", false, "alreadyConsumed", true)));
            default -> now(Json.error(HttpStatus.CONFLICT, EventsApi.Refused.message(answer)));
        };
    }

    /** Of an item that has not failed: one that waits is due now, one that is done is stored anew. */
    DeferredResult<ResponseEntity<byte[]>> retry(ItemRow row, Asked asked) {
        requireHandler(row);
        var before = search.of(row.itemId()).lastAttempt();
        var answer = operations.retry(row.itemId(), asked.by());
        return switch (answer) {
            case DUE, DUE_WITHOUT_LOCK -> answers.answer(row.itemId(), before, asked.patience());
            case STORED_ANEW -> answers.answer(search.repetition(row.itemId()), 0, asked.patience());
            case DUE_BEHIND_PARKING -> later(row.itemId());
            case NOT_FOUND -> throw ApiException.eventNotFound();
            case PUT_OFF -> now(Json.error(HttpStatus.CONFLICT, putOff(row.itemId())));
            default -> now(Json.error(HttpStatus.CONFLICT, EventsApi.Refused.message(answer)));
        };
    }

    private String putOff(long itemId) {
        return EventsApi.Refused.message(ItemAnswer.PUT_OFF)
                + operations
                        .comesAgain(itemId)
                        .map(again -> ", as scheduled job " + again.jobId() + " at " + again.dueAt()
                                + "; to have it now POST to /v1/jobs/" + again.jobId() + "/run-now")
                        .orElse("");
    }

    private void requireHandler(ItemRow row) {
        if (!search.isServed(row.itemId())) {
            throw new ApiException(
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    "no running node has the handler '" + row.handler() + "'; nothing was changed");
        }
    }

    private static DeferredResult<ResponseEntity<byte[]>> later(long itemId) {
        return now(RetryAnswers.accepted(itemId, "its lane is parked; it runs when that is unparked"));
    }

    private static DeferredResult<ResponseEntity<byte[]>> now(ResponseEntity<byte[]> answer) {
        var result = new DeferredResult<ResponseEntity<byte[]>>();
        result.setResult(answer);
        return result;
    }
}
