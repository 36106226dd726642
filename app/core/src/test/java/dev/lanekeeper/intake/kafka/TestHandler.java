package dev.lanekeeper.intake.kafka;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.IdentityResolver;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.ResourceResolver;
import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.handler.HandlerCall;
import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.handler.HandlerDefinition.AfterExhaustion;
import dev.lanekeeper.handler.HandlerDefinition.Backoff;
import dev.lanekeeper.handler.HandlerDefinition.Failures;
import dev.lanekeeper.handler.HandlerDefinition.KafkaSource;
import dev.lanekeeper.handler.HandlerDefinition.Lanes;
import dev.lanekeeper.handler.HandlerDefinition.Limits;
import dev.lanekeeper.handler.HandlerDefinition.OnFailure;
import dev.lanekeeper.handler.HandlerDefinition.StartFrom;
import dev.lanekeeper.handler.LockRules;
import dev.lanekeeper.handler.Uniqueness;
import dev.lanekeeper.work.UniqueRule;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A handler that is never called, with as little said as possible; the resource is the record key. */
final class TestHandler {

    private final String id;
    private List<String> topics;
    private Pattern pattern;
    private String group;
    private int concurrency = 1;
    private StartFrom startFrom = StartFrom.EARLIEST;
    private long maxWaiting = 200_000;
    private IdentityResolver identity;
    private Uniqueness unique;
    private ResourceResolver resource =
            event -> event.key() == null ? null : new String(event.key(), StandardCharsets.UTF_8);
    private final Map<String, String> properties = new HashMap<>(Map.of("session.timeout.ms", "6000"));

    private TestHandler(String id) {
        this.id = id;
        this.group = id;
        this.topics = List.of(id);
    }

    /** Id, group and topic are the same. */
    static TestHandler named(String id) {
        return new TestHandler(id);
    }

    TestHandler topics(String... names) {
        topics = List.of(names);
        return this;
    }

    TestHandler pattern(String regex) {
        pattern = Pattern.compile(regex);
        topics = List.of();
        return this;
    }

    TestHandler concurrency(int consumers) {
        concurrency = consumers;
        return this;
    }

    TestHandler startFrom(StartFrom from) {
        startFrom = from;
        return this;
    }

    TestHandler maxWaiting(long items) {
        maxWaiting = items;
        return this;
    }

    TestHandler identity(IdentityResolver resolver) {
        identity = resolver;
        return this;
    }

    TestHandler resource(ResourceResolver resolver) {
        resource = resolver;
        return this;
    }

    TestHandler property(String name, String value) {
        properties.put(name, value);
        return this;
    }

    /** Of one key, which is the record's value, only one is there, or runs, at a time. */
    TestHandler unique(Lock lock) {
        unique = new Uniqueness(
                id,
                new UniqueRule(lock, null, null, 1, false, Conflict.LOG),
                event -> event.value() == null ? null : new String(event.value(), StandardCharsets.UTF_8),
                null,
                null);
        return this;
    }

    HandlerDefinition definition() {
        return new HandlerDefinition(
                id,
                new Lanes(id, resource),
                new KafkaSource(topics, pattern, group, concurrency, true, startFrom, properties),
                identity,
                new Failures(
                        3,
                        new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60)),
                        OnFailure.BLOCK,
                        AfterExhaustion.CONTINUE,
                        null),
                new Limits(null, null, maxWaiting, false),
                new NeverCalled(),
                false,
                unique,
                LockRules.NONE);
    }

    private record NeverCalled() implements HandlerCall {

        @Override
        public Outcome call(EventContext context) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Outcome.Ack fieldsOf(EventContext context) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Transaction transaction() {
            return null;
        }

        @Override
        public void start() {}

        @Override
        public void stop() {}
    }
}
