package dev.lanekeeper.console.v1;

import dev.lanekeeper.console.item.ItemDetailSearch;
import dev.lanekeeper.console.item.ItemSearch;
import dev.lanekeeper.console.item.ItemState;
import dev.lanekeeper.console.lock.LockSearch;
import dev.lanekeeper.console.page.ForDecryptors;
import dev.lanekeeper.operations.Disclosure.NotFound;
import dev.lanekeeper.operations.Disclosure.PlainText;
import dev.lanekeeper.operations.Disclosure.Unreadable;
import dev.lanekeeper.operations.Disclosures;
import dev.lanekeeper.operations.ItemAnswer;
import dev.lanekeeper.operations.ItemOperations;
import dev.lanekeeper.work.ItemChangeStore.Again;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.context.request.async.DeferredResult;

/** Events: everything that was stored; a list shows what handlers have acknowledged, unless another state is asked for. */
@Controller
public class EventsApi {

    private final Lists lists;
    private final ItemDetailSearch details;
    private final ItemOperations operations;
    private final Disclosures disclosures;
    private final Retries retries;
    private final LockSearch locks;

    public EventsApi(
            ItemSearch items,
            ItemDetailSearch details,
            ItemOperations operations,
            Disclosures disclosures,
            Retries retries,
            LockSearch locks) {
        this.lists = new Lists(items, details);
        this.details = details;
        this.operations = operations;
        this.disclosures = disclosures;
        this.retries = retries;
        this.locks = locks;
    }

    @GetMapping("/v1/events")
    ResponseEntity<byte[]> events(HttpServletRequest request) {
        var parameters = Parameters.ofFilter(request, "limit", "offset", "after");
        return lists.page(parameters, parameters.filter(Set.of(ItemState.DONE)));
    }

    @GetMapping("/v1/events/{id}")
    ResponseEntity<byte[]> event(@PathVariable String id) {
        var unknown = ApiException.eventNotFound();
        var detail = details.find(Parameters.id(id, unknown), EventJson.PAYLOAD_BYTES);
        return Json.ok(withRivals(EventJson.detail(detail.orElseThrow(() -> unknown)), Parameters.id(id, unknown)));
    }

    /** To whom it lost its lock, when it comes again for that, and what others lost to it. */
    private Map<String, @Nullable Object> withRivals(Map<String, @Nullable Object> json, long itemId) {
        var winner = locks.winnerOver(itemId);
        json.put("lost_to", winner.map(LockSearch.Winner::id).orElse(null));
        json.put("lost_to_scheduled", winner.map(LockSearch.Winner::scheduled).orElse(null));
        json.put("losers", locks.losers(itemId));
        var again = operations.comesAgain(itemId);
        json.put("comes_again_as", again.map(Again::jobId).orElse(null));
        json.put("comes_again_at", again.map(Again::dueAt).orElse(null));
        json.put("conflicts", locks.lostTo(itemId).stream().map(LocksApi::json).toList());
        return json;
    }

    /** What {@code /v1/events/{id}} answers, with what is encrypted in plain text; who asks is written down. */
    @PostMapping("/v1/events/{id}/plain-text")
    @ForDecryptors
    ResponseEntity<byte[]> plainText(
            @PathVariable String id,
            HttpServletRequest request,
            @RequestBody(required = false) byte @Nullable [] body) {
        var unknown = ApiException.eventNotFound();
        var number = Parameters.id(id, unknown);
        var disclosure = disclosures.open(number, Asked.of(request, body).by());
        if (disclosure instanceof NotFound) {
            throw unknown;
        }
        if (disclosure instanceof Unreadable unreadable) {
            return Json.error(HttpStatus.CONFLICT, unreadable.why());
        }
        var detail = details.find(number, EventJson.PAYLOAD_BYTES).orElseThrow(() -> unknown);
        var answer = ResponseEntity.ok().cacheControl(CacheControl.noStore());
        return disclosure instanceof PlainText plain
                ? Json.with(
                        answer,
                        withRivals(
                                EventJson.detail(detail.opened(plain.content(), EventJson.PAYLOAD_BYTES), true),
                                number))
                : Json.with(answer, withRivals(EventJson.detail(detail), number));
    }

    @PostMapping("/v1/events/{id}/retry")
    DeferredResult<ResponseEntity<byte[]>> retry(
            @PathVariable String id,
            HttpServletRequest request,
            @RequestBody(required = false) byte @Nullable [] body) {
        var unknown = ApiException.eventNotFound();
        var row = details.row(Parameters.id(id, unknown)).orElseThrow(() -> unknown);
        var isFailure = ItemState.FAILURES.contains(row.state());
        var asked = Asked.of(request, body);
        return isFailure ? retries.retryFailure(row, asked) : retries.retry(row, asked);
    }

    /** Sees to it that an event that waits, or has failed, is never handled. */
    @PostMapping("/v1/events/{id}/discard")
    ResponseEntity<byte[]> discard(
            @PathVariable String id,
            HttpServletRequest request,
            @RequestBody(required = false) byte @Nullable [] body) {
        var answer = operations.discard(
                Parameters.id(id, ApiException.eventNotFound()),
                Asked.of(request, body).by());
        return switch (answer) {
            case DISCARDED -> Json.ok(Map.of("discarded", true));
            case REQUESTED, ALREADY_REQUESTED ->
                Json.answer(
                        HttpStatus.ACCEPTED,
                        Map.of("accepted", true, "message", "it is discarded when its lane is given back"));
            case NOT_FOUND -> throw ApiException.eventNotFound();
            default -> Json.error(HttpStatus.CONFLICT, Refused.message(answer));
        };
    }

    /** What a refusal says. */
    static final class Refused {

        private Refused() {}

        static String message(ItemAnswer answer) {
            return switch (answer) {
                case ALREADY_DUE -> "somebody else has retried it, or it is due anyway; it waits for its turn";
                case LANE_ACTIVE -> "a run works on its lane right now; ask again when it has been given back";
                case LANE_PARKED -> "its lane is parked; unpark it first";
                case ALREADY_STORED_ANEW ->
                    "somebody else has retried it, or it was put off and came again; the new item still waits";
                case PUT_OFF -> "it was put off and comes again by itself";
                case ALREADY_DISCARDED -> "somebody else has discarded it";
                case ALREADY_REQUESTED -> "somebody else has asked for it, and the run has not answered yet";
                case ALREADY_FINISHED -> "it ended well meanwhile";
                case PAYLOAD_REMOVED -> "its payload was removed when its time was over, so it cannot be handled again";
                case RUNNING -> "running: its handler has started";
                default -> "nothing was changed: " + answer;
            };
        }
    }
}
