package dev.lanekeeper.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.event.HandlerEvent;
import dev.lanekeeper.api.event.LanekeeperEvent;
import dev.lanekeeper.api.event.NodeEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.event.EventListener;

class PublisherTest {

    private static final HandlerEvent STARTED = new HandlerEvent.Started("orders");
    private static final HandlerEvent STOPPED = new HandlerEvent.Stopped("orders");
    private static final NodeEvent NODE_STARTED = new NodeEvent.Started(1);

    @Test
    void publishesNothingThatNobodyListensTo() {
        try (var context = context(Everything.class)) {
            publishAll(context, EventMode.AUTO);

            assertThat(context.getBean(Everything.class).heard).isEmpty();
            assertThat(new Publisher(context, EventMode.AUTO).isWanted(LanekeeperEvent.class))
                    .isFalse();
        }
    }

    @Test
    void publishesToAListenerOfEverythingWhenToldTo() {
        try (var context = context(Everything.class)) {
            publishAll(context, EventMode.ON);

            assertThat(context.getBean(Everything.class).heard).containsExactly(STARTED, STOPPED, NODE_STARTED);
        }
    }

    @Test
    void publishesTheKindThatAListenerAsksFor() {
        try (var context = context(OneKind.class, Everything.class)) {
            publishAll(context, EventMode.AUTO);

            assertThat(context.getBean(OneKind.class).heard).containsExactly(STOPPED);
            assertThat(context.getBean(Everything.class).heard).containsExactly(STOPPED);
        }
    }

    @Test
    void publishesTheGroupThatAListenerAsksFor() {
        try (var context = context(Group.class)) {
            publishAll(context, EventMode.AUTO);

            assertThat(context.getBean(Group.class).heard).containsExactly(STARTED, STOPPED);
            var publisher = new Publisher(context, EventMode.AUTO);
            assertThat(publisher.isWanted(HandlerEvent.class)).isTrue();
            assertThat(publisher.isWanted(NodeEvent.class)).isFalse();
        }
    }

    @Test
    void publishesToAListenerThatIsNoMethod() {
        try (var context = context(Classic.class)) {
            publishAll(context, EventMode.AUTO);

            assertThat(context.getBean(Classic.class).heard).containsExactly(NODE_STARTED);
        }
    }

    @Test
    void publishesToAListenerOfTheParentContext() {
        try (var parent = context(Group.class);
                var child = new AnnotationConfigApplicationContext()) {
            child.setParent(parent);
            child.refresh();
            publishAll(child, EventMode.AUTO);

            assertThat(parent.getBean(Group.class).heard).containsExactly(STARTED, STOPPED);
        }
    }

    @Test
    void publishesNothingWhenOff() {
        try (var context = context(Group.class)) {
            publishAll(context, EventMode.OFF);

            assertThat(context.getBean(Group.class).heard).isEmpty();
        }
    }

    @Test
    void tellsOnceForEachKindThatAListenerThrows() {
        try (var context = context(Throwing.class);
                var log = new CapturedLog(Publisher.class)) {
            var publisher = new Publisher(context, EventMode.AUTO);
            for (var i = 0; i < 3; i++) {
                publisher.publish(STARTED);
                publisher.publish(NODE_STARTED);
            }

            assertThat(context.getBean(Throwing.class).calls).isEqualTo(6);
            assertThat(log.events()).hasSize(2);
        }
    }

    private static AnnotationConfigApplicationContext context(Class<?>... beans) {
        return new AnnotationConfigApplicationContext(beans);
    }

    private static void publishAll(AnnotationConfigApplicationContext context, EventMode mode) {
        var publisher = new Publisher(context, mode);
        publisher.publish(STARTED);
        publisher.publish(STOPPED);
        publisher.publish(NODE_STARTED);
    }

    static class OneKind {

        final List<Object> heard = new ArrayList<>();

        @EventListener
        void on(HandlerEvent.Stopped event) {
            heard.add(event);
        }
    }

    static class Group {

        final List<Object> heard = new ArrayList<>();

        @EventListener
        void on(HandlerEvent event) {
            heard.add(event);
        }
    }

    static class Classic implements ApplicationListener<PayloadApplicationEvent<NodeEvent.Started>> {

        final List<Object> heard = new ArrayList<>();

        @Override
        public void onApplicationEvent(PayloadApplicationEvent<NodeEvent.Started> event) {
            heard.add(event.getPayload());
        }
    }

    static class Everything implements ApplicationListener<ApplicationEvent> {

        final List<Object> heard = new ArrayList<>();

        @Override
        public void onApplicationEvent(ApplicationEvent event) {
            if (event instanceof PayloadApplicationEvent<?> payload) {
                heard.add(payload.getPayload());
            }
        }
    }

    static class Throwing {

        int calls;

        @EventListener
        void on(LanekeeperEvent event) {
            calls++;
            if (calls % 2 == 0) {
                throw new AssertionError(event);
            }
            throw new IllegalStateException(event.toString());
        }
    }
}
