package dev.lanekeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.KafkaEventHandler;
import dev.lanekeeper.api.KafkaEventHandlerConfigurer;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.handler.CannotHeal;
import dev.lanekeeper.handler.HandlerCatalog;
import dev.lanekeeper.handler.MissingArgumentException;
import dev.lanekeeper.handler.TestEvent;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.Headers;
import org.springframework.messaging.handler.annotation.Payload;
import org.springframework.validation.BindException;
import org.springframework.validation.Errors;
import org.springframework.validation.Validator;
import org.springframework.validation.annotation.Validated;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a handler's parameters receive, and which events can never be handled. */
class HandlerArgumentsTest {

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withUserConfiguration(HandlerConfiguration.class)
            .withBean(Seen.class);

    @Test
    void givesThePayloadInTheFormThatIsAskedFor() {
        application.withBean(Forms.class).run(context -> {
            var seen = context.getBean(Seen.class);
            var event = TestEvent.json("{\"id\":\"ä\",\"day\":\"2026-02-01\",\"takes\":\"PT5M\"}");

            call(context.getBean(HandlerCatalog.class), "text", event);
            assertThat(seen.value).isEqualTo("{\"id\":\"ä\",\"day\":\"2026-02-01\",\"takes\":\"PT5M\"}");
            call(context.getBean(HandlerCatalog.class), "bytes", event);
            assertThat(seen.value).isEqualTo(event.event().value());
            call(context.getBean(HandlerCatalog.class), "tree", event);
            assertThat(((JsonNode) seen.value).get("id").stringValue()).isEqualTo("ä");
            call(context.getBean(HandlerCatalog.class), "typed", event);
            assertThat(seen.value).isEqualTo(new Task("ä", LocalDate.of(2026, 2, 1), Duration.ofMinutes(5)));
            call(context.getBean(HandlerCatalog.class), "raw", event);
            assertThat(seen.value).isInstanceOf(RawEvent.class);
            call(context.getBean(HandlerCatalog.class), "list", TestEvent.json("[{\"id\":\"a\"}]"));
            assertThat(seen.value).isEqualTo(List.of(new Task("a", null, null)));
            call(context.getBean(HandlerCatalog.class), "number", TestEvent.json("12"));
            assertThat(seen.value).isEqualTo(12);
        });
    }

    @Test
    void readsThePayloadWithTheApplicationsOwnMapper() {
        application
                .withBean(Forms.class)
                .withBean(
                        JsonMapper.class,
                        () -> JsonMapper.builder()
                                .enable(tools.jackson.databind.DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                                .build())
                .run(context -> assertThatCannotHeal(
                                () -> call(context.getBean(HandlerCatalog.class), "typed", TestEvent.json("{\"x\":1}")))
                        .hasCauseInstanceOf(JacksonException.class));
    }

    @Test
    void failsForGoodWhenThePayloadCannotBeRead() {
        application.withBean(Forms.class).run(context -> {
            var catalog = context.getBean(HandlerCatalog.class);

            assertThatCannotHeal(() -> call(catalog, "typed", TestEvent.json("{\"day\":\"soon\"}")))
                    .hasCauseInstanceOf(JacksonException.class);
            assertThatCannotHeal(() -> call(catalog, "typed", TestEvent.json("no json")))
                    .hasCauseInstanceOf(JacksonException.class);
            assertThatCannotHeal(() ->
                            call(catalog, "text", TestEvent.tombstone().value(new byte[] {(byte) 0xff})))
                    .hasCauseInstanceOf(java.nio.charset.CharacterCodingException.class);
        });
    }

    @Test
    void givesATombstoneOnlyToAPayloadThatMayBeMissing() {
        application.withBean(Forms.class).withBean(Tombstones.class).run(context -> {
            var catalog = context.getBean(HandlerCatalog.class);
            var seen = context.getBean(Seen.class);

            for (String id : List.of("nullable", "not-required")) {
                seen.value = "nothing yet";
                call(catalog, id, TestEvent.tombstone());
                assertThat(seen.value).as(id).isNull();
            }
            call(catalog, "optional", TestEvent.tombstone());
            assertThat(seen.value).isEqualTo(Optional.empty());
            call(catalog, "optional", TestEvent.json("{\"id\":\"a\"}"));
            assertThat(seen.value).isEqualTo(Optional.of(new Task("a", null, null)));
            for (String id : List.of("text", "bytes", "tree", "typed", "number")) {
                assertThatCannotHeal(() -> call(catalog, id, TestEvent.tombstone()))
                        .hasCauseInstanceOf(MissingArgumentException.class)
                        .hasMessageContaining("tombstone");
            }
            assertThatCannotHeal(() -> call(catalog, "typed", TestEvent.json("null")))
                    .hasCauseInstanceOf(MissingArgumentException.class);
        });
    }

    @Test
    void givesHeadersAndThePlaceOfTheRecord() {
        application.withBean(WithHeaders.class).withPropertyValues("h=tenant").run(context -> {
            var catalog = context.getBean(HandlerCatalog.class);
            var seen = context.getBean(Seen.class);
            var event = TestEvent.json("{}").key("k").header("tenant", "t1").header("tenant", "t2");

            call(catalog, "headers", event.header("count", "12").header("at", "2026-01-02T03:04:05Z"));
            assertThat(seen.value)
                    .isEqualTo(List.of(
                            "t2",
                            12,
                            Instant.parse("2026-01-02T03:04:05Z"),
                            Optional.empty(),
                            5L,
                            "null",
                            "orders",
                            3,
                            42L,
                            "k",
                            "k"));
            call(catalog, "all", event);
            assertThat(seen.value).isEqualTo(Map.of("tenant", "t2", "count", "12", "at", "2026-01-02T03:04:05Z"));
        });
    }

    @Test
    void failsForGoodWhenARequiredHeaderIsMissingOrUnreadable() {
        application.withBean(WithHeaders.class).withPropertyValues("h=tenant").run(context -> {
            var catalog = context.getBean(HandlerCatalog.class);

            assertThatCannotHeal(() -> call(catalog, "headers", TestEvent.json("{}")))
                    .hasCauseInstanceOf(MissingArgumentException.class)
                    .hasMessageContaining("'tenant'");
            assertThatCannotHeal(() -> call(
                            catalog,
                            "headers",
                            TestEvent.json("{}").header("tenant", "t").header("count", "many")))
                    .hasMessageContaining("many");
        });
    }

    @Test
    void acknowledgesAfterAMethodWithoutResultAndThrowsWhatItThrows() {
        application.withBean(Endings.class).run(context -> {
            var catalog = context.getBean(HandlerCatalog.class);

            assertThat(call(catalog, "void", TestEvent.json("1"))).isEqualTo(Outcome.ack());
            assertThat(call(catalog, "ack", TestEvent.json("1"))).isEqualTo(Outcome.ack("only"));
            assertThatThrownBy(() -> call(catalog, "throws", TestEvent.json("1")))
                    .isInstanceOf(IOException.class)
                    .hasMessage("no luck");
            assertThatThrownBy(() -> call(catalog, "null", TestEvent.json("1")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("returned null");
        });
    }

    @Test
    void refusesAPayloadThatIsNotValidForGood() {
        application.withBean(Checked.class).withBean(NoBlankId.class).run(context -> {
            var catalog = context.getBean(HandlerCatalog.class);

            assertThat(call(catalog, "checked", TestEvent.json("{\"id\":\"a\"}")))
                    .isEqualTo(Outcome.ack());
            assertThatCannotHeal(() -> call(catalog, "checked", TestEvent.json("{\"id\":\" \"}")))
                    .hasCauseInstanceOf(BindException.class);
        });
    }

    @Test
    void givesFunctionsTheirPayload() {
        application.withUserConfiguration(Functions.class).run(context -> {
            var catalog = context.getBean(HandlerCatalog.class);

            assertThat(call(catalog, "generic", TestEvent.json("[1,2]"))).isEqualTo(Outcome.ack(3L));
            assertThat(call(catalog, "raw", TestEvent.tombstone().key("k"))).isEqualTo(Outcome.ack(42L));
            assertThat(call(catalog, "nullable", TestEvent.tombstone())).isEqualTo(Outcome.ack("deleted"));
            assertThatCannotHeal(() -> call(catalog, "generic", TestEvent.tombstone()))
                    .hasCauseInstanceOf(MissingArgumentException.class);
            assertThatCannotHeal(() -> call(catalog, "generic", TestEvent.json("{}")))
                    .hasCauseInstanceOf(JacksonException.class);
        });
    }

    private static Outcome call(HandlerCatalog catalog, String id, TestEvent event) throws Exception {
        try {
            return catalog.handlers().find(id).call().call(event);
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static org.assertj.core.api.AbstractThrowableAssert<?, ?> assertThatCannotHeal(ThrowingCallable call) {
        return assertThatThrownBy(call).isInstanceOf(CannotHeal.class);
    }

    static class Seen {
        @Nullable
        Object value;
    }

    record Task(
            String id, @Nullable LocalDate day, @Nullable Duration takes) {}

    record Forms(Seen seen) {
        @KafkaEventHandler(id = "text", topics = "t")
        void text(String payload) {
            seen.value = payload;
        }

        @KafkaEventHandler(id = "bytes", topics = "t")
        void bytes(byte[] payload) {
            seen.value = payload;
        }

        @KafkaEventHandler(id = "tree", topics = "t")
        void tree(JsonNode payload) {
            seen.value = payload;
        }

        @KafkaEventHandler(id = "typed", topics = "t")
        void typed(EventContext context, Task payload) {
            seen.value = payload;
        }

        @KafkaEventHandler(id = "raw", topics = "t")
        void raw(RawEvent event) {
            seen.value = event;
        }

        @KafkaEventHandler(id = "list", topics = "t")
        void list(List<Task> payload) {
            seen.value = payload;
        }

        @KafkaEventHandler(id = "number", topics = "t")
        void number(int payload) {
            seen.value = payload;
        }
    }

    record Tombstones(Seen seen) {
        @KafkaEventHandler(id = "nullable", topics = "t")
        void nullable(@Nullable Task payload) {
            seen.value = payload;
        }

        @KafkaEventHandler(id = "not-required", topics = "t")
        void notRequired(@Payload(required = false) Task payload) {
            seen.value = payload;
        }

        @KafkaEventHandler(id = "optional", topics = "t")
        void optional(Optional<Task> payload) {
            seen.value = payload;
        }
    }

    record WithHeaders(Seen seen) {
        @KafkaEventHandler(id = "headers", topics = "t")
        void on(
                @Header("${h}") String tenant,
                @Header int count,
                @Header Instant at,
                @Header("none") Optional<String> missing,
                @Header(name = "none", defaultValue = "5") Long fallback,
                @Header(name = "none", required = false) String absent,
                @Header("kafka_receivedTopic") String topic,
                @Header("kafka_receivedPartitionId") int partition,
                @Header("kafka_offset") long offset,
                @Header("kafka_receivedMessageKey") String key,
                @Header("kafka_receivedMessageKey") byte[] keyBytes) {
            seen.value = List.of(
                    tenant,
                    count,
                    at,
                    missing,
                    fallback,
                    "" + absent,
                    topic,
                    partition,
                    offset,
                    key,
                    new String(keyBytes, java.nio.charset.StandardCharsets.UTF_8));
        }

        @KafkaEventHandler(id = "all", topics = "t")
        void all(@Headers Map<String, String> headers) {
            seen.value = headers;
        }
    }

    static class Endings {
        @KafkaEventHandler(id = "void", topics = "t")
        void nothing() {}

        @KafkaEventHandler(id = "ack", topics = "t")
        Outcome.Ack ack() {
            return new Outcome.Ack("only", null, null, null);
        }

        @KafkaEventHandler(id = "throws", topics = "t")
        void fails() throws IOException {
            throw new IOException("no luck");
        }

        @KafkaEventHandler(id = "null", topics = "t")
        Outcome none() {
            return null;
        }
    }

    static class Checked {
        @KafkaEventHandler(id = "checked", topics = "t")
        void on(@Validated Task task) {}
    }

    static class NoBlankId implements Validator {
        @Override
        public boolean supports(Class<?> type) {
            return type == Task.class;
        }

        @Override
        public void validate(Object target, Errors errors) {
            if (((Task) target).id().isBlank()) {
                errors.reject("blank", "the id is blank");
            }
        }
    }

    static class Functions {
        @Bean
        KafkaEventHandlerConfigurer functions() {
            return registry -> {
                registry.handler(
                                "generic",
                                new ParameterizedTypeReference<List<Long>>() {},
                                (numbers, event) -> Outcome.ack(
                                        numbers.stream().mapToLong(n -> n).sum()))
                        .topics("t");
                registry.handler("raw", RawEvent.class, (raw, event) -> Outcome.ack(raw.offset()))
                        .topics("t");
                registry.handler(
                                "nullable",
                                Task.class,
                                (task, event) -> Outcome.ack(task == null ? "deleted" : task.id()))
                        .topics("t")
                        .acceptsTombstones();
            };
        }
    }
}
