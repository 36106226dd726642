package dev.lanekeeper.handler;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.api.RawEvent.RawHeader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An event made by hand, and the context in which a handler is called with it. */
public final class TestEvent implements EventContext {

    private byte @Nullable [] key;
    private byte @Nullable [] value;
    private final List<RawHeader> headers = new ArrayList<>();
    private String topic = "orders";

    public static TestEvent json(String value) {
        return new TestEvent().value(value.getBytes(StandardCharsets.UTF_8));
    }

    public static TestEvent tombstone() {
        return new TestEvent();
    }

    public TestEvent value(byte[] bytes) {
        value = bytes;
        return this;
    }

    public TestEvent key(String text) {
        return key(text.getBytes(StandardCharsets.UTF_8));
    }

    public TestEvent key(byte[] bytes) {
        key = bytes;
        return this;
    }

    public TestEvent topic(String name) {
        topic = name;
        return this;
    }

    public TestEvent header(String name, @Nullable String text) {
        headers.add(new RawHeader(name, text == null ? null : text.getBytes(StandardCharsets.UTF_8)));
        return this;
    }

    @Override
    public RawEvent event() {
        return new RawEvent(topic, 3, 42, Instant.parse("2026-01-02T03:04:05Z"), key, value, List.copyOf(headers));
    }

    @Override
    public String handlerId() {
        return "orders";
    }

    @Override
    public long itemId() {
        return 7;
    }

    @Override
    public int attempt() {
        return 1;
    }

    @Override
    public long fencingToken() {
        return 1;
    }

    @Override
    public @Nullable String resource() {
        return null;
    }

    @Override
    public Instant startedAt() {
        return Instant.parse("2026-01-02T03:04:06Z");
    }

    @Override
    public long overtakenBy() {
        return 0;
    }
}
