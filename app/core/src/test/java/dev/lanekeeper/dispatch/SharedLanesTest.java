package dev.lanekeeper.dispatch;

import static dev.lanekeeper.dispatch.TestNode.handler;
import static dev.lanekeeper.dispatch.TestNode.inLane;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.handler.HandlerDefinition.AfterExhaustion;
import dev.lanekeeper.handler.HandlerDefinition.Backoff;
import dev.lanekeeper.handler.HandlerDefinition.Failures;
import dev.lanekeeper.handler.HandlerDefinition.OnFailure;
import dev.lanekeeper.work.BacklogSearch;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Several handlers that name one lane group share its lanes, and so the order within them. */
class SharedLanesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int ROUNDS = 30;

    private final List<String> started = new CopyOnWriteArrayList<>();
    private final AtomicInteger atWork = new AtomicInteger();
    private final AtomicInteger mostAtWork = new AtomicInteger();

    @Test
    void runItemsOfAllTheirHandlersInTheOrderInWhichTheyWereStoredAndOneAtATime() {
        try (var node = TestNode.start(
                inLane("customer", handler("orders", context -> handle("orders", context))),
                inLane("customer", handler("payments", context -> handle("payments", context))))) {
            for (var offset = 0; offset < ROUNDS; offset++) {
                node.store("orders", offset, "c1");
                node.store("payments", offset, "c1");
            }

            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome WHERE state = 1") == 2 * ROUNDS);

            assertThat(started)
                    .isEqualTo(IntStream.range(0, ROUNDS)
                            .boxed()
                            .flatMap(n -> List.of("orders " + n, "payments " + n).stream())
                            .toList());
            assertThat(mostAtWork).hasValue(1);
        }
    }

    private Outcome handle(String handler, EventContext context) {
        mostAtWork.accumulateAndGet(atWork.incrementAndGet(), Math::max);
        started.add(handler + " " + context.event().offset());
        atWork.decrementAndGet();
        return Outcome.ack();
    }

    @Test
    void countForEachHandlerWhatIsItsOwn() {
        var forLong = new Failures(
                9,
                new Backoff(Duration.ofHours(1), Duration.ofHours(1)),
                OnFailure.BLOCK,
                AfterExhaustion.CONTINUE,
                null);
        try (var node = TestNode.start(
                inLane("customer", handler("orders", forLong, context -> {
                    throw new IllegalStateException("no");
                })),
                inLane("customer", handler("payments", context -> Outcome.ack())),
                handler("mails", forLong, context -> {
                    throw new IllegalStateException("no");
                }))) {
            node.store("orders", 0, "c1");
            node.store("payments", 0, "c1", "c1", "c1");
            node.store("mails", 0, "c1", "c1");

            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.lane WHERE due_at > now()") == 2);
            assertThat(new BacklogSearch(node.database).waiting())
                    .isEqualTo(
                            Map.of(node.number("orders"), 1L, node.number("payments"), 3L, node.number("mails"), 2L));
        }
    }
}
