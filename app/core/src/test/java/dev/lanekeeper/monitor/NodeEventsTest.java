package dev.lanekeeper.monitor;

import static dev.lanekeeper.dispatch.TestNode.handler;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.event.ItemEvent;
import dev.lanekeeper.api.event.LanekeeperEvent;
import dev.lanekeeper.dispatch.TestNode;
import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.run.RunListener;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.event.EventListener;

class NodeEventsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int EVENTS = 200;

    @Test
    void aListenerThatAlwaysThrowsHarmsNothing() {
        try (var context = new AnnotationConfigApplicationContext(Throwing.class);
                var log = new CapturedLog(Publisher.class);
                var node = TestNode.start(listeners(context), mixed())) {
            store(node);

            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.lane") == 0);
            assertThat(node.count("lanekeeper.outcome WHERE state = 1")).isEqualTo(EVENTS - 30);
            assertThat(node.count("lanekeeper.outcome WHERE state = 2")).isEqualTo(10);
            assertThat(context.getBean(Throwing.class).calls).hasValueGreaterThan(3 * EVENTS);
            assertThat(log.events()).hasSize(7);
        }
    }

    @Test
    void tellsEachItemOnceAfterTheCommitAndNotOnAThreadOfItsOwn() {
        var registry = new SimpleMeterRegistry();
        try (var context = new AnnotationConfigApplicationContext(Heard.class)) {
            List<RunListener> listeners = new ArrayList<>(listeners(context));
            listeners.add(new RunMeters(registry, Clock.systemUTC()));
            try (var node = TestNode.start(listeners, mixed())) {
                var heard = context.getBean(Heard.class);
                heard.node = node;
                store(node);

                await().atMost(PATIENCE).until(() -> heard.of(ItemEvent.Consumed.class) == EVENTS + 30);
                assertThat(heard.of(ItemEvent.ActionEnded.class)).isEqualTo(EVENTS + 30);
                assertThat(heard.of(ItemEvent.Acknowledged.class)).isEqualTo(EVENTS - 30);
                assertThat(heard.of(ItemEvent.Skipped.class)).isEqualTo(10);
                assertThat(heard.of(ItemEvent.Rejected.class)).isEqualTo(10);
                assertThat(heard.of(ItemEvent.Failed.class)).isEqualTo(10);
                assertThat(heard.of(ItemEvent.AttemptFailed.class)).isEqualTo(40);
                assertThat(heard.uncommitted).hasValue(0);
                assertThat(heard.threads).isNotEmpty().allMatch(name -> name.matches("lane-run.*|lanekeeper-watch"));
            }
        }
        assertThat(registry.get("lanekeeper.events.acknowledged").counter().count())
                .isEqualTo(EVENTS - 30);
        assertThat(registry.get("lanekeeper.attempts.failed").counter().count()).isEqualTo(40);
    }

    /** The first ten are skipped, the next ten rejected, the next ten fail four times. */
    private static HandlerDefinition mixed() {
        return handler("orders", call -> {
            var offset = call.event().offset();
            if (offset >= 20 && offset < 30) {
                throw new IllegalStateException("never");
            }
            return offset < 10 ? Outcome.skip() : offset < 20 ? Outcome.reject("no") : Outcome.ack();
        });
    }

    private static void store(TestNode node) {
        node.store(
                "orders", 0, IntStream.range(0, EVENTS).mapToObj(i -> "r" + i).toArray(String[]::new));
    }

    private static List<RunListener> listeners(AnnotationConfigApplicationContext context) {
        return List.of(new RunEvents(
                new Publisher(context, EventMode.AUTO),
                id -> handler(id, c -> Outcome.ack()),
                n -> 3,
                Clock.systemUTC()));
    }

    static class Throwing {

        final AtomicInteger calls = new AtomicInteger();

        @EventListener
        void on(LanekeeperEvent event) {
            calls.incrementAndGet();
            throw new IllegalStateException("a listener of the application");
        }
    }

    static class Heard {

        final List<ItemEvent> events = Collections.synchronizedList(new ArrayList<>());
        final List<String> threads = Collections.synchronizedList(new ArrayList<>());
        final AtomicInteger uncommitted = new AtomicInteger();
        volatile TestNode node;

        @EventListener
        void on(ItemEvent event) {
            events.add(event);
            threads.add(Thread.currentThread().getName());
            if (event instanceof ItemEvent.Rejected rejected
                    && node.count("lanekeeper.outcome WHERE item_id = "
                                    + rejected.item().itemId())
                            == 0) {
                uncommitted.incrementAndGet();
            }
        }

        long of(Class<? extends ItemEvent> kind) {
            return List.copyOf(events).stream().filter(kind::isInstance).count();
        }
    }
}
