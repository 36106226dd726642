package dev.lanekeeper.console.v1;

import dev.lanekeeper.console.v1.RetryProgressSearch.Progress;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.State;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.context.request.async.DeferredResult;

/**
 * Waits for what becomes of retried items: one thread looks at all of them together, some times a second and only while
 * anybody waits.
 */
public final class RetryAnswers implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RetryAnswers.class);

    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final int MOST_WAITING = 1_000;

    private final RetryProgressSearch search;
    private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "lanekeeper-retry-answers");
        thread.setDaemon(true);
        return thread;
    });

    public RetryAnswers(Database database) {
        this.search = new RetryProgressSearch(database);
        var unused =
                thread.scheduleWithFixedDelay(this::look, PAUSE.toMillis(), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Compared by identity: two requests may wait for one item. */
    private static final class Waiting {

        private final long itemId;
        private final long lastAttempt;
        private final long until;
        private final DeferredResult<ResponseEntity<byte[]>> result = new DeferredResult<>(0L);

        Waiting(long itemId, long lastAttempt, Duration patience) {
            this.itemId = itemId;
            this.lastAttempt = lastAttempt;
            this.until = System.nanoTime() + patience.toNanos();
        }

        boolean isOver() {
            return System.nanoTime() - until >= 0;
        }
    }

    /** @param lastAttempt a failed attempt after this one is the answer */
    DeferredResult<ResponseEntity<byte[]>> answer(long itemId, long lastAttempt, Duration patience) {
        var one = new Waiting(itemId, lastAttempt, waiting.size() < MOST_WAITING ? patience : Duration.ZERO);
        one.result.onCompletion(() -> waiting.remove(one));
        waiting.add(one);
        return one.result;
    }

    private void look() {
        if (waiting.isEmpty()) {
            return;
        }
        var now = Set.copyOf(waiting);
        try {
            var progress = search.of(now.stream().map(one -> one.itemId).collect(Collectors.toSet())).stream()
                    .collect(Collectors.toMap(Progress::itemId, p -> p));
            now.forEach(one -> answer(one, progress.get(one.itemId)));
        } catch (RuntimeException e) {
            LOG.atDebug().setCause(e).log("What has become of retried items could not be read");
            now.forEach(one -> answer(one, null));
        }
    }

    private void answer(Waiting one, @Nullable Progress progress) {
        var answer = progress == null ? null : answer(progress, one.lastAttempt);
        if (answer == null && one.isOver()) {
            answer = accepted(one.itemId, reason(one.itemId));
        }
        if (answer != null) {
            waiting.remove(one);
            one.result.setResult(answer);
        }
    }

    /** {@code null} while there is none. */
    private static @Nullable ResponseEntity<byte[]> answer(Progress progress, long lastAttempt) {
        var state = progress.state();
        if (state != null) {
            return answer(State.of(state), progress);
        }
        if (!progress.waits()) {
            return Json.ok(Map.of("acknowledged", false));
        }
        return progress.lastAttempt() > lastAttempt ? failed(progress) : null;
    }

    private static ResponseEntity<byte[]> answer(State state, Progress progress) {
        return switch (state) {
            case DONE -> Json.ok(Map.of("acknowledged", true));
            case SKIPPED -> Json.ok(Map.of("acknowledged", false));
            case REJECTED -> Json.ok(Map.of("acknowledged", false, "rejected", String.valueOf(progress.reason())));
            case FAILED -> failed(progress);
            case DISCARDED -> Json.error(HttpStatus.CONFLICT, "somebody else has discarded it");
        };
    }

    private static ResponseEntity<byte[]> failed(Progress progress) {
        var body = new LinkedHashMap<String, @Nullable Object>();
        body.put("error", true);
        body.put("message", progress.errorMessage() == null ? progress.errorClass() : progress.errorMessage());
        body.put("error_class", progress.errorClass());
        if (progress.waits()) {
            body.put("retry_at", progress.dueAt());
        }
        return Json.answer(HttpStatus.UNPROCESSABLE_CONTENT, body);
    }

    private String reason(long itemId) {
        try {
            var obstacle = search.obstacle(itemId);
            return obstacle == null ? "its handler has not answered yet" : obstacle;
        } catch (RuntimeException e) {
            return "the database does not answer";
        }
    }

    static ResponseEntity<byte[]> accepted(long itemId, String why) {
        return ResponseEntity.status(HttpStatus.ACCEPTED)
                .contentType(MediaType.APPLICATION_JSON)
                .body(Json.bytes(Map.of("accepted", true, "id", itemId, "message", why)));
    }

    /** Whoever still waits is answered; the items are retried all the same. */
    @Override
    public void close() {
        thread.shutdownNow();
        waiting.forEach(one -> one.result.setResult(accepted(one.itemId, "the application is stopping")));
    }
}
