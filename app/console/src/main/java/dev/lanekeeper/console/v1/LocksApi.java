package dev.lanekeeper.console.v1;

import dev.lanekeeper.console.item.CappedCount;
import dev.lanekeeper.console.lock.ForeignLock;
import dev.lanekeeper.console.lock.ForeignLocks;
import dev.lanekeeper.console.lock.LockPlace;
import dev.lanekeeper.console.lock.LockRow;
import dev.lanekeeper.console.lock.LockSearch;
import dev.lanekeeper.console.lock.LockSearch.Happening;
import dev.lanekeeper.operations.LockAnswer;
import dev.lanekeeper.operations.LockOperations;
import dev.lanekeeper.work.LockPattern;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;

/** What is locked, by whom, and how a lock is taken away. */
@Controller
public class LocksApi {

    private static final String RUN = "run";

    private final LockSearch locks;
    private final ForeignLocks foreign;
    private final LockOperations operations;

    public LocksApi(LockSearch locks, ForeignLocks foreign, LockOperations operations) {
        this.locks = locks;
        this.foreign = foreign;
        this.operations = operations;
    }

    @GetMapping("/v1/locks")
    ResponseEntity<byte[]> locks(HttpServletRequest request) {
        var parameters = Parameters.of(request, "pattern", "limit", "after");
        var pattern = pattern(parameters);
        var after = parameters.word("after", LockPlace::parse, "the places that a Link header names");
        var limit = parameters.limit();
        var page = locks.page(pattern, after, Math.max(1, limit));
        var answer = ResponseEntity.ok();
        var next = page.next();
        if (next != null) {
            answer.header(HttpHeaders.LINK, Links.next(request, next.text()));
        }
        return Json.with(
                answer, page.rows().stream().limit(limit).map(LocksApi::json).toList());
    }

    /** Those that items wait for and another application has. */
    @GetMapping("/v1/locks/elsewhere")
    ResponseEntity<byte[]> elsewhere(HttpServletRequest request) {
        var parameters = Parameters.of(request, "pattern", "limit", "after");
        var pattern = pattern(parameters);
        var after = parameters.word("after", LockPlace::parse, "the places that a Link header names");
        var limit = parameters.limit();
        var page = foreign.page(pattern, after, Math.max(1, limit));
        var answer = ResponseEntity.ok();
        var next = page.next();
        if (next != null) {
            answer.header(HttpHeaders.LINK, Links.next(request, next.text()));
        }
        return Json.with(
                answer, page.rows().stream().limit(limit).map(LocksApi::json).toList());
    }

    private static LockPattern pattern(Parameters parameters) {
        var text = parameters.text("pattern");
        return new LockPattern(text == null ? "" : text);
    }

    @GetMapping("/v1/locks/count")
    ResponseEntity<byte[]> count(HttpServletRequest request) {
        var count = locks.count(pattern(Parameters.of(request, "pattern")));
        return Json.ok(json("count", count, Map.of()));
    }

    private static Map<String, Object> json(String name, CappedCount count, Map<String, Object> besides) {
        var json = new LinkedHashMap<String, Object>(besides);
        json.put(name, count.value());
        if (count.orMore()) {
            json.put("capped", true);
        }
        return json;
    }

    @GetMapping("/v1/locks/{side}/{digest}/{number}")
    ResponseEntity<byte[]> lock(@PathVariable String side, @PathVariable String digest, @PathVariable String number) {
        var row = locks.find(side, digest(digest), Parameters.id(number, unknown()));
        var json = row.isPresent()
                ? json(row.get())
                : json(locks.key(digest(digest)).orElseThrow(LocksApi::unknown));
        json.put("held", row.isPresent());
        json.put(
                "history",
                locks.history(digest(digest), String.valueOf(json.get("key"))).stream()
                        .map(LocksApi::json)
                        .toList());
        return Json.ok(json);
    }

    /** One whose holder has it no more. */
    private static Map<String, @Nullable Object> json(LockSearch.Key key) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("digest", key.digest());
        json.put("key", key.name());
        json.put("holders", key.holders().stream().map(LocksApi::json).toList());
        return json;
    }

    @PostMapping("/v1/locks/{side}/{digest}/{number}/release")
    ResponseEntity<byte[]> release(
            @PathVariable String side,
            @PathVariable String digest,
            @PathVariable String number,
            HttpServletRequest request,
            @RequestBody(required = false) byte @Nullable [] body) {
        var by = Asked.of(request, body).by();
        var id = Parameters.id(number, unknown());
        var answer = side.equals(RUN)
                ? operations.releaseRunLock(digest(digest), id, by)
                : operations.releaseEnqueueLock(digest(digest), id, by);
        if (answer == LockAnswer.NOT_FOUND) {
            throw foreign.has(digest(digest))
                    ? new ApiException(HttpStatus.CONFLICT, ForeignLocks.RELEASED_THERE)
                    : unknown();
        }
        return Json.ok(Map.of("answer", "released"));
    }

    /** A pattern must be given, {@code *} for all. */
    @PostMapping("/v1/locks/release")
    ResponseEntity<byte[]> releaseAll(
            HttpServletRequest request, @RequestBody(required = false) byte @Nullable [] body) {
        var asked = Asked.of(request, body, "pattern", "dry_run");
        var parameters = asked.parameters();
        if (parameters.text("pattern") == null) {
            throw Parameters.refused("pattern", "is missing; * stands for all");
        }
        if (parameters.flag("dry_run")) {
            var count = locks.count(pattern(parameters));
            var counted = json("would_release", count, Map.of("dry_run", true));
            counted.put("elsewhere", elsewhere(parameters));
            return Json.ok(counted);
        }
        var released = new LinkedHashMap<String, Object>();
        released.put("released", operations.releaseAll(pattern(parameters), asked.by()));
        released.put("elsewhere", elsewhere(parameters));
        return Json.ok(released);
    }

    /** How many match that are released by nobody here. */
    private long elsewhere(Parameters parameters) {
        return foreign.count(pattern(parameters)).value();
    }

    private static UUID digest(String text) {
        try {
            if (text.length() == 36) {
                return UUID.fromString(text);
            }
        } catch (IllegalArgumentException e) {
            // As unknown as one that nobody has.
        }
        throw unknown();
    }

    private static ApiException unknown() {
        return new ApiException(HttpStatus.NOT_FOUND, "lock not found");
    }

    private static Map<String, @Nullable Object> json(LockRow row) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("side", row.side());
        json.put("digest", row.digest());
        json.put("number", row.number());
        json.put("key", row.name());
        json.put("type", row.type());
        json.put("handler", row.handler());
        json.put("holder_id", row.holder());
        json.put("scheduled", row.scheduled());
        json.put("holder_finished", row.gone());
        json.put("node", row.node());
        json.put("limit", row.most());
        json.put("since", row.since());
        json.put("expires_at", row.expires());
        json.put("token", row.token());
        json.put("waiters", row.waiters());
        json.put("conflicts", row.conflicts());
        json.put("last_conflict_at", row.lastConflict());
        return json;
    }

    private static Map<String, @Nullable Object> json(ForeignLock lock) {
        var owner = lock.owner();
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("digest", lock.digest());
        json.put("key", lock.name());
        json.put("application", owner == null ? null : owner.application());
        json.put("owner", owner == null ? null : owner.id());
        json.put("expires_at", owner == null ? null : owner.expires());
        json.put("waiting_since", lock.since());
        json.put("waiters", lock.waiters());
        json.put("first_waiter_id", lock.first());
        json.put("handler", lock.handler());
        return json;
    }

    static Map<String, @Nullable Object> json(Happening happening) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("what", happening.what());
        json.put("job_id", happening.job());
        json.put("number", happening.number());
        json.put("first_at", happening.first());
        json.put("last_at", happening.last());
        json.put("operator", happening.operator());
        json.put("reason", happening.reason());
        return json;
    }
}
