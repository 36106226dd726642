package dev.lanekeeper.monitor;

import static dev.lanekeeper.dispatch.TestNode.handler;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.event.HandledItem;
import dev.lanekeeper.api.event.ItemEvent;
import dev.lanekeeper.api.event.ItemEvent.ActionEnded;
import dev.lanekeeper.api.event.ItemEvent.Consumed;
import dev.lanekeeper.api.event.ItemEvent.Ending;
import dev.lanekeeper.run.RunListener.Result;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.event.EventListener;

class RunEventsTest {

    private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext(Heard.class);
    private final RunEvents events = new RunEvents(
            new Publisher(context, EventMode.AUTO),
            id -> handler(id, call -> Outcome.ack()),
            number -> 3,
            Clock.fixed(Told.NOW, ZoneOffset.UTC));

    @AfterEach
    void close() {
        context.close();
    }

    @Test
    void tellsWhatTheHandlerAcknowledged() {
        var item = item(Told.acknowledged());
        assertThat(told(Told.acknowledged()))
                .containsExactly(
                        action(item, Ending.ACKNOWLEDGED),
                        new ItemEvent.Acknowledged(item, "e1", Told.at(0), "placed", "v1"),
                        consumed(item, Ending.ACKNOWLEDGED));
    }

    @Test
    void tellsASkippedAndARejectedEvent() {
        var item = item(Told.skipped());
        assertThat(told(Told.skipped(), Told.rejected()))
                .containsExactly(
                        action(item, Ending.SKIPPED),
                        new ItemEvent.Skipped(item),
                        consumed(item, Ending.SKIPPED),
                        action(item, Ending.REJECTED),
                        new ItemEvent.Rejected(item, "not ours"),
                        consumed(item, Ending.REJECTED));
    }

    @Test
    void tellsAFailedAttemptWithoutCallingItSkippedOrFailed() {
        var item = item(Told.retried());
        assertThat(told(Told.retried()))
                .containsExactly(
                        action(item, Ending.RETRIED),
                        new ItemEvent.AttemptFailed(
                                item, "java.lang.IllegalStateException", "no", "print", Told.at(60)),
                        consumed(item, Ending.RETRIED));
    }

    @Test
    void tellsAFailureForGoodAfterItsAttempt() {
        var item = item(Told.failed(true));
        assertThat(told(Told.failed(true)))
                .containsExactly(
                        action(item, Ending.FAILED),
                        new ItemEvent.AttemptFailed(item, "java.lang.IllegalStateException", "no", "print", null),
                        new ItemEvent.Failed(item, "java.lang.IllegalStateException", "no", "print", true, true),
                        consumed(item, Ending.FAILED));
    }

    @Test
    void tellsAFailureThatNobodySawEnd() {
        var item = item(Told.failed(false));
        events.workersLost(List.of(Told.failed(false)));

        assertThat(context.getBean(Heard.class).events)
                .containsExactly(
                        new ItemEvent.AttemptFailed(item, "java.lang.IllegalStateException", "no", "print", null),
                        new ItemEvent.Failed(item, "java.lang.IllegalStateException", "no", "print", true, false));
    }

    @Test
    void tellsADroppedResult() {
        events.dropped(List.of(Told.acknowledged()));

        assertThat(context.getBean(Heard.class).events)
                .containsExactly(new ItemEvent.ResultDropped(item(Told.acknowledged())));
    }

    private List<ItemEvent> told(Result... results) {
        events.recorded(List.of(results));
        return context.getBean(Heard.class).events;
    }

    private static HandledItem item(Result told) {
        return new HandledItem("orders", "orders", 7, 1, "r", told.item().event());
    }

    private static ActionEnded action(HandledItem item, Ending ending) {
        return new ActionEnded(item, Told.at(6), Duration.ofSeconds(4), ending);
    }

    private static Consumed consumed(HandledItem item, Ending ending) {
        return new Consumed(item, Duration.ofSeconds(9), ending);
    }

    static class Heard {

        final List<ItemEvent> events = new ArrayList<>();

        @EventListener
        void on(ItemEvent event) {
            events.add(event);
        }
    }
}
