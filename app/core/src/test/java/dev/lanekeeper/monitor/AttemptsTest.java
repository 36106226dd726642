package dev.lanekeeper.monitor;

import static dev.lanekeeper.dispatch.TestNode.handler;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.RawEvent.RawHeader;
import dev.lanekeeper.api.event.ErrorReporter;
import dev.lanekeeper.api.event.HandledItem;
import dev.lanekeeper.api.event.ItemEvent;
import dev.lanekeeper.dispatch.TestNode;
import dev.lanekeeper.run.RunListener;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelPropagator;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** What is known around a handler's call: one event that fails at first and then succeeds, with a real tracer. */
class AttemptsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00f067aa0ba902b7";

    private final List<Map<String, String>> mdc = new CopyOnWriteArrayList<>();
    private final List<String> traceInHandler = new CopyOnWriteArrayList<>();
    private final Spans spans = new Spans();
    private final Reported reported = new Reported();

    @Test
    void anAttemptIsTracedNamedAndItsErrorHandedOver() {
        try (var context = new AnnotationConfigApplicationContext(RunEventsTest.Heard.class);
                var quiet = new CapturedLog(ErrorReports.class);
                var node = TestNode.start(listeners(context), handler("orders", call -> {
                    mdc.add(MDC.getCopyOfContextMap());
                    traceInHandler.add(Span.current().getSpanContext().getTraceId());
                    if (call.attempt() == 1) {
                        throw new IllegalStateException("at first");
                    }
                    return Outcome.ack();
                }))) {
            node.store("orders", 0, List.of(header("TraceParent", "00-" + TRACE + "-" + PARENT + "-01")), "a");

            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome") == 1);
            await().atMost(PATIENCE).until(() -> spans.ended.size() == 2);
            assertTraced();
            assertNamed(node);
            assertHandedOver();
            assertThat(quiet.events()).as("what the broken reporter threw").hasSize(1);
            assertThat(context.getBean(RunEventsTest.Heard.class).events)
                    .filteredOn(e -> !(e instanceof ItemEvent.ActionEnded || e instanceof ItemEvent.Consumed))
                    .as("an item that succeeds on a later attempt is announced as processed, and only so")
                    .hasExactlyElementsOfTypes(ItemEvent.AttemptFailed.class, ItemEvent.Acknowledged.class);
        }
    }

    private void assertTraced() {
        assertThat(traceInHandler).containsExactly(TRACE, TRACE);
        assertThat(spans.ended).allSatisfy(span -> {
            assertThat(span.getSpanContext().getTraceId()).isEqualTo(TRACE);
            assertThat(span.getParentSpanContext().getSpanId()).isEqualTo(PARENT);
            assertThat(span.getName()).isEqualTo("orders process");
        });
        assertThat(spans.ended)
                .extracting(span -> span.getAttribute(AttributeKey.stringKey("ending")))
                .containsExactly("retried", "finished");
    }

    private void assertNamed(TestNode node) {
        assertThat(mdc).extracting(m -> m.get("attempt")).containsExactly("1", "2");
        assertThat(mdc).allSatisfy(m -> {
            assertThat(m).containsEntry("handler", "orders").containsKeys("item", "lane", "run");
            assertThat(node.count("lanekeeper.work_item WHERE item_id = " + m.get("item") + " AND lane_id = '"
                            + m.get("lane") + "'"))
                    .isEqualTo(1);
        });
        assertThat(mdc.get(0)).extractingByKey("run").isNotEqualTo(mdc.get(1).get("run"));
    }

    private void assertHandedOver() {
        assertThat(reported.lines)
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .startsWith("java.lang.IllegalStateException: at first, attempt 1, again at 2")
                        .endsWith(", in trace " + TRACE));
    }

    private List<RunListener> listeners(AnnotationConfigApplicationContext context) {
        var provider = SdkTracerProvider.builder().addSpanProcessor(spans).build();
        var otel = provider.get("test");
        var tracer = new OtelTracer(otel, new OtelCurrentTraceContext(), event -> {});
        var propagators = ContextPropagators.create(W3CTraceContextPropagator.getInstance());
        var registry = ObservationRegistry.create();
        registry.observationConfig()
                .observationHandler(new PropagatingReceiverTracingObservationHandler<>(
                        tracer, new OtelPropagator(propagators, otel)));
        return List.of(
                new AttemptObservations(registry),
                new ErrorReports(List.of(new Broken(), reported), new Items(id -> handler(id, call -> Outcome.ack()))),
                new RunEvents(
                        new Publisher(context, EventMode.AUTO),
                        id -> handler(id, call -> Outcome.ack()),
                        number -> 3,
                        Clock.systemUTC()));
    }

    private static RawHeader header(String name, String value) {
        return new RawHeader(name, value.getBytes(UTF_8));
    }

    private static final class Reported implements ErrorReporter {

        private final List<String> lines = new CopyOnWriteArrayList<>();

        @Override
        public void attemptFailed(Throwable error, HandledItem item, @Nullable Instant retryAt) {
            lines.add(error + ", attempt " + item.attempt() + ", again at " + retryAt + ", in trace "
                    + Span.current().getSpanContext().getTraceId());
        }
    }

    private static final class Broken implements ErrorReporter {

        @Override
        public void attemptFailed(Throwable error, HandledItem item, @Nullable Instant retryAt) {
            throw new IllegalStateException("a reporter of the application");
        }
    }

    private static final class Spans implements SpanProcessor {

        private final List<ReadableSpan> ended = new CopyOnWriteArrayList<>();

        @Override
        public void onStart(Context parent, ReadWriteSpan span) {}

        @Override
        public boolean isStartRequired() {
            return false;
        }

        @Override
        public void onEnd(ReadableSpan span) {
            ended.add(span);
        }

        @Override
        public boolean isEndRequired() {
            return true;
        }
    }
}
