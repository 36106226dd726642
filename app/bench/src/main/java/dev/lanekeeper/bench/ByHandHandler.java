package dev.lanekeeper.bench;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.jobrunr.jobs.lambdas.JobRequestHandler;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RedissonClient;
import tools.jackson.databind.json.JsonMapper;

/** Waits for the lock of the event's resource, handles the event, lets the lock go. Created by the application, called by JobRunr. */
public final class ByHandHandler implements JobRequestHandler<HandleEvent> {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Contender.Round round;
    private final RedissonClient redisson;
    private final long[] startedAt;
    private final AtomicInteger done = new AtomicInteger();

    ByHandHandler(Contender.Round round, RedissonClient redisson) {
        this.round = round;
        this.redisson = redisson;
        this.startedAt = new long[round.load().events()];
    }

    @Override
    public void run(HandleEvent request) {
        if (request.resource() == null) {
            handle(request);
            return;
        }
        var lock = redisson.getLock("resource:" + request.resource());
        lock.lock();
        try {
            handle(request);
        } finally {
            lock.unlock();
        }
    }

    private void handle(HandleEvent request) {
        var event = read(request);
        var enter = System.nanoTime();
        startedAt[event.number()] = enter;
        round.journal().add(event.number(), enter, System.nanoTime());
        done.incrementAndGet();
    }

    int done() {
        return done.get();
    }

    long startedAt(int number) {
        return startedAt[number];
    }

    static Event read(HandleEvent request) {
        return JSON.readValue(request.payload(), Event.class);
    }

    static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : textOf(bytes);
    }

    static String textOf(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
