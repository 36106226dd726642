package dev.lanekeeper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.EventDetails;
import dev.lanekeeper.api.HandlerLifecycle;
import dev.lanekeeper.api.KafkaEventHandler;
import dev.lanekeeper.api.KafkaEventHandlerConfigurer;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.api.RetryDecision;
import dev.lanekeeper.handler.HandlerCatalog;
import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.handler.HandlerDefinition.AfterExhaustion;
import dev.lanekeeper.handler.HandlerDefinition.OnFailure;
import dev.lanekeeper.handler.HandlerDefinition.StartFrom;
import dev.lanekeeper.handler.TestEvent;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.annotation.AliasFor;

/** What a user writes becomes a definition. */
class HandlerDeclarationTest {

    private final ApplicationContextRunner application =
            new ApplicationContextRunner().withUserConfiguration(HandlerConfiguration.class);

    @Test
    void readsTheTypedPayloadAndReturnsTheOutcome() {
        application.withBean(Orders.class).run(context -> {
            var event = TestEvent.json("{\"id\":\"o-1\",\"placedAt\":\"2026-01-02T03:04:05Z\",\"more\":true}");

            assertThat(handler(context, "orders").call().call(event))
                    .isEqualTo(Outcome.ack("o-1", Instant.parse("2026-01-02T03:04:05Z"), "placed", "v1"));
        });
    }

    @Test
    void fillsWhatIsNotGivenWithDefaults() {
        application.withBean(Orders.class).run(context -> {
            var orders = handler(context, "orders");

            assertThat(orders.kafka().topics()).containsExactly("orders");
            assertThat(orders.kafka().groupId()).isEqualTo("orders");
            assertThat(orders.kafka().concurrency()).isEqualTo(1);
            assertThat(orders.kafka().autoStartup()).isTrue();
            assertThat(orders.kafka().startFrom()).isEqualTo(StartFrom.EARLIEST);
            assertThat(orders.lanes().group()).isEqualTo("orders");
            assertThat(orders.identity()).isNull();
            assertThat(orders.failures().maxRetries()).isEqualTo(3);
            assertThat(orders.failures().backoff())
                    .isEqualTo(new HandlerDefinition.Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60)));
            assertThat(orders.failures().onFailure()).isEqualTo(OnFailure.BLOCK);
            assertThat(orders.failures().afterExhaustion()).isEqualTo(AfterExhaustion.CONTINUE);
            assertThat(orders.limits()).isEqualTo(new HandlerDefinition.Limits(null, null, 200_000, false));
            assertThat(orders.call().transaction()).isNull();
        });
    }

    @Test
    void takesEveryOptionOfTheAnnotationWithPlaceholders() {
        application
                .withBean(EveryOption.class)
                .withPropertyValues("names=a, b", "group=g", "retries=0", "pool=5")
                .run(context -> {
                    var every = handler(context, "every");

                    assertThat(every.kafka().topics()).containsExactly("a", "b", "c");
                    assertThat(every.kafka().groupId()).isEqualTo("g");
                    assertThat(every.kafka().concurrency()).isEqualTo(2);
                    assertThat(every.kafka().autoStartup()).isFalse();
                    assertThat(every.kafka().startFrom()).isEqualTo(StartFrom.LATEST);
                    assertThat(every.kafka().properties())
                            .isEqualTo(Map.of("max.poll.records", "5", "client.rack", "a=b"));
                    assertThat(every.lanes().group()).isEqualTo("customer");
                    assertThat(every.lanes()
                                    .resource()
                                    .resourceOf(
                                            TestEvent.json("{\"a\":{\"b\":1}}").event()))
                            .isEqualTo("1");
                    assertThat(every.identity()).isNotNull();
                    assertThat(every.failures().maxRetries()).isZero();
                    assertThat(every.failures().backoff())
                            .isEqualTo(new HandlerDefinition.Backoff(Duration.ofMillis(200), Duration.ofSeconds(2)));
                    assertThat(every.failures().onFailure()).isEqualTo(OnFailure.OVERTAKE);
                    assertThat(every.failures().afterExhaustion()).isEqualTo(AfterExhaustion.PARK);
                    assertThat(every.limits())
                            .isEqualTo(new HandlerDefinition.Limits(Duration.ofSeconds(30), 4, 1000, true));
                });
    }

    @Test
    void letsTheHandlersPropertyCountBeforeTheAnnotationAndThatBeforeTheDefault() {
        application
                .withBean(Orders.class)
                .withPropertyValues(
                        "lanekeeper.defaults.max-retries=9",
                        "lanekeeper.defaults.timeout=1m",
                        "lanekeeper.handlers.orders.backoff-min=7s",
                        "lanekeeper.handlers.orders.properties.max.poll.records=9",
                        "lanekeeper.handlers.orders.topics=other")
                .run(context -> {
                    var orders = handler(context, "orders");

                    assertThat(orders.failures().maxRetries()).isEqualTo(3);
                    assertThat(orders.limits().timeout()).isEqualTo(Duration.ofMinutes(1));
                    assertThat(orders.failures().backoff().min()).isEqualTo(Duration.ofSeconds(7));
                    assertThat(orders.kafka().topics()).containsExactly("other");
                    assertThat(orders.kafka().properties()).containsEntry("max.poll.records", "9");
                });
    }

    @Test
    void takesUnlimitedAndNoneAsWordsThatUndoADefault() {
        application
                .withBean(Orders.class)
                .withPropertyValues(
                        "lanekeeper.defaults.timeout=1m",
                        "lanekeeper.handlers.orders.timeout=none",
                        "lanekeeper.handlers.orders.max-retries=unlimited")
                .run(context -> {
                    assertThat(handler(context, "orders").limits().timeout()).isNull();
                    assertThat(handler(context, "orders").failures().maxRetries())
                            .isNull();
                });
    }

    @Test
    void takesPropertiesByAnIdThatAnEnvironmentVariableCanHold() {
        application
                .withBean(Orders.class)
                .withBean(TwoAlike.class)
                .withPropertyValues(
                        "lanekeeper.handlers.twoalike.max-retries=1",
                        "lanekeeper.handlers[two-alike].timeout=1s",
                        "lanekeeper.handlers.or-ders.max-retries=9",
                        "lanekeeper.handlers.orders.max-retries=2")
                .run(context -> {
                    assertThat(handler(context, "twoAlike").failures().maxRetries())
                            .isEqualTo(1);
                    assertThat(handler(context, "two-alike").limits().timeout()).isEqualTo(Duration.ofSeconds(1));
                    assertThat(handler(context, "two-alike").failures().maxRetries())
                            .isNull();
                    assertThat(handler(context, "orders").failures().maxRetries())
                            .isEqualTo(2);
                });
    }

    @Test
    void keepsThePropertiesOfAHandlerFromOneWhoseIdLooksAlike() {
        application
                .withBean(TwoAlike.class)
                .withPropertyValues("lanekeeper.handlers[two-alike].timeout=1s")
                .run(context -> assertThat(handler(context, "twoAlike").limits().timeout())
                        .isNull());
    }

    @Test
    void takesHooksFromTheHandlersOwnBeanUnlessOthersAreNamed() {
        application
                .withBean("hooked", Hooked.class)
                .withBean("never", RetryDecision.class, () -> (event, attempt, exception) -> false)
                .run(context -> {
                    var event = TestEvent.json("1");
                    var own = handler(context, "own");

                    assertThat(own.failures().decision()).isSameAs(context.getBean("hooked"));
                    assertThat(own.call().fieldsOf(event)).isEqualTo(Outcome.ack("an entity"));
                    own.call().start();
                    own.call().stop();
                    assertThat(context.getBean(Hooked.class).heard).containsExactly("start own", "stop own");
                    assertThat(handler(context, "named").failures().decision()).isSameAs(context.getBean("never"));
                });
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void losesTheFieldOfAHookThatThrowsAndNothingElse(CapturedOutput output) {
        application.withBean(Broken.class).run(context -> {
            var call = handler(context, "broken").call();

            assertThat(call.fieldsOf(TestEvent.json("1"))).isEqualTo(Outcome.ack(null, null, "created", null));
            call.start();
            call.stop();
            assertThat(output)
                    .contains("item=\"7\"", "field=\"entityId\"", "no id here")
                    .contains("onStart of the handler failed", "onStop of the handler failed");
        });
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void warnsOfPropertiesForAHandlerThatDoesNotExist(CapturedOutput output) {
        application
                .withBean(Orders.class)
                .withPropertyValues("lanekeeper.handlers.oders.max-retries=1")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(output).contains("lanekeeper.handlers.oders.* is set", "[orders]");
                });
    }

    @Test
    void findsAHandlerBehindAMetaAnnotationAndInASuperclass() {
        application.withBean(Composed.class).run(context -> {
            var composed = handler(context, "composed");

            assertThat(composed.kafka().topics()).containsExactly("payments");
            assertThat(composed.failures().maxRetries()).isEqualTo(2);
            assertThat(composed.call().call(TestEvent.json("[1,2]"))).isEqualTo(Outcome.ack());
        });
    }

    @Test
    void registersHandlersInCodeWithTheSameOptions() {
        application.withUserConfiguration(InCode.class).run(context -> {
            var inCode = handler(context, "in-code");

            assertThat(inCode.kafka().topics()).containsExactly("t1", "t2");
            assertThat(inCode.failures().maxRetries()).isEqualTo(1);
            assertThat(inCode.failures().backoff().min()).isEqualTo(Duration.ofMillis(100));
            assertThat(inCode.lanes().resource().resourceOf(TestEvent.json("{}").event()))
                    .isEqualTo("always");
            assertThat(inCode.call().call(TestEvent.json("{\"id\":\"x\"}"))).isEqualTo(Outcome.ack("x"));
        });
    }

    @Test
    void makesALazyBeanOnlyIfItHasAHandler() {
        application.withUserConfiguration(LazyBeans.class).run(context -> {
            assertThat(handler(context, "lazy")).isNotNull();
            assertThat(context.getBeanFactory().containsSingleton("bystander")).isFalse();
        });
    }

    private static HandlerDefinition handler(ApplicationContext context, String id) {
        return context.getBean(HandlerCatalog.class).handlers().find(id);
    }

    record OrderPlaced(String id, Instant placedAt) {}

    static class Orders {
        @KafkaEventHandler(id = "orders", topics = "orders", resource = "customerId", maxRetries = "3")
        Outcome on(OrderPlaced order, EventContext event) {
            return Outcome.ack(order.id(), order.placedAt(), "placed", "v1");
        }
    }

    static class EveryOption {
        @KafkaEventHandler(
                id = "every",
                topics = {"${names}", "c"},
                groupId = "${group}",
                concurrency = "2",
                autoStartup = "false",
                properties = {"max.poll.records=${pool}", "client.rack=a=b"},
                startFrom = "latest",
                resource = "/a/b",
                lane = "customer",
                dedup = "payload",
                maxRetries = "${retries}",
                backoffMin = "200ms",
                backoffMax = "2s",
                onFailure = "overtake",
                afterExhaustion = "park",
                timeout = "30s",
                maxRuns = "4",
                maxWaiting = "1000",
                keepSkipped = "true")
        void on() {}
    }

    @Target(ElementType.METHOD)
    @Retention(RetentionPolicy.RUNTIME)
    @KafkaEventHandler(id = "composed", maxRetries = "2")
    @interface PaymentHandler {
        @AliasFor(annotation = KafkaEventHandler.class)
        String[] topics();
    }

    abstract static class Base<T> {
        abstract void handle(T payload);
    }

    static class Middle extends Base<List<Long>> {
        @Override
        @PaymentHandler(topics = "payments")
        void handle(List<Long> payload) {
            assertThat(payload).containsExactly(1L, 2L);
        }
    }

    static class Composed extends Middle {}

    static class InCode {
        @Bean
        KafkaEventHandlerConfigurer configurer() {
            return registry -> registry.handler("in-code", OrderPlaced.class, (order, event) -> Outcome.ack(order.id()))
                    .topics("t1", "t2")
                    .resource(event -> "always")
                    .maxRetries(1)
                    .backoff(Duration.ofMillis(100), Duration.ofSeconds(1));
        }
    }

    static class TwoAlike {
        @KafkaEventHandler(id = "twoAlike", topics = "t")
        void one() {}

        @KafkaEventHandler(id = "two-alike", topics = "t")
        void two() {}
    }

    static class Hooked implements EventDetails, HandlerLifecycle, RetryDecision {
        private final List<String> heard = new ArrayList<>();

        @KafkaEventHandler(id = "own", topics = "t")
        void own() {}

        @KafkaEventHandler(id = "named", topics = "t", retryDecision = "never")
        void named() {}

        @Override
        public String entityId(RawEvent event) {
            return "an entity";
        }

        @Override
        public void onStart(String handlerId) {
            heard.add("start " + handlerId);
        }

        @Override
        public void onStop(String handlerId) {
            heard.add("stop " + handlerId);
        }

        @Override
        public boolean retry(RawEvent event, int attempt, Throwable exception) {
            return true;
        }
    }

    static class Broken implements EventDetails, HandlerLifecycle {
        @KafkaEventHandler(id = "broken", topics = "t")
        void on() {}

        @Override
        public String entityId(RawEvent event) throws Exception {
            throw new Exception("no id here");
        }

        @Override
        public String eventType(RawEvent event) {
            return "created";
        }

        @Override
        public void onStart(String handlerId) throws Exception {
            throw new Exception("cannot start");
        }

        @Override
        public void onStop(String handlerId) {
            throw new NoClassDefFoundError("gone");
        }
    }

    static class LazyBeans {
        @Bean
        @Lazy
        LazyHandler lazyHandler() {
            return new LazyHandler();
        }

        @Bean
        @Lazy
        StringBuilder bystander() {
            return new StringBuilder();
        }
    }

    static class LazyHandler {
        @KafkaEventHandler(id = "lazy", topics = "t")
        void on() {}
    }
}
