package dev.lanekeeper;

import static dev.lanekeeper.Declared.handler;
import static dev.lanekeeper.RefusedConfiguration.problems;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.KafkaEventHandler;
import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.api.RawEvent.RawHeader;
import dev.lanekeeper.api.job.Unique;
import dev.lanekeeper.api.outbox.OutboxEntry;
import dev.lanekeeper.api.outbox.OutboxEventHandler;
import dev.lanekeeper.api.outbox.OutboxProcessor;
import dev.lanekeeper.handler.HandlerDefinition.Backoff;
import dev.lanekeeper.handler.HandlerDefinition.OnFailure;
import dev.lanekeeper.handler.HandlerDefinition.OutboxSource;
import dev.lanekeeper.handler.HandlerDefinition.Taking;
import dev.lanekeeper.handler.LockRules.Hiding;
import dev.lanekeeper.work.EntryDocument;
import dev.lanekeeper.work.LockNeed;
import dev.lanekeeper.work.OutboxRow;
import dev.lanekeeper.work.WaitingItem;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What a user writes to handle outbox entries becomes a definition like any other. */
class OutboxDeclarationTest {

    private final ApplicationContextRunner application =
            new ApplicationContextRunner().withUserConfiguration(HandlerConfiguration.class);

    @Test
    void namesAHandlerByItsContextAndEventAndRetriesItInTenTwentyFortySeconds() {
        application.withBean(Mails.class).run(context -> {
            var mails = handler(context, "orders.placed");

            assertThat(mails.source()).isEqualTo(new OutboxSource(Taking.BY_NAME, "orders", List.of("placed"), true));
            assertThat(mails.failures().backoff()).isEqualTo(new Backoff(Duration.ofSeconds(10), Duration.ofHours(1)));
            assertThat(mails.failures().maxRetries()).isNull();
            assertThat(mails.failures().onFailure()).isEqualTo(OnFailure.BLOCK);
            assertThat(mails.groupId()).isNull();
        });
    }

    @Test
    void takesOptionsOfTheAnnotationOfPropertiesAndOfDefaults() {
        application
                .withBean(Mails.class)
                .withPropertyValues(
                        "lanekeeper.defaults.backoff-max=2s", "lanekeeper.handlers.other.event=x, y", "name=customers")
                .run(context -> {
                    var other = handler(context, "other");

                    assertThat(other.source())
                            .isEqualTo(new OutboxSource(Taking.BY_NAME, "customers", List.of("x", "y"), false));
                    assertThat(other.failures().backoff())
                            .isEqualTo(new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(2)));
                    assertThat(other.failures().onFailure()).isEqualTo(OnFailure.OVERTAKE);
                });
    }

    @Test
    void takesAProcessorByTheNameOfItsBean() {
        application
                .withBean("stock", Stock.class)
                .run(context -> assertThat(handler(context, "stock").source())
                        .isEqualTo(new OutboxSource(Taking.IF_IT_APPLIES, null, List.of(), true)));
    }

    @Test
    void tellsOptionsOfTheOtherDoorAndAHandlerWithoutANameAllAtOnce() {
        application
                .withBean(Mails.class)
                .withBean(Nameless.class)
                .withBean(Records.class)
                .withPropertyValues(
                        "name=c", "lanekeeper.handlers.other.topics=t", "lanekeeper.handlers.records.ordered=false")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .extracting(Problem::where)
                        .anyMatch(where -> where.contains("Nameless"))
                        .anyMatch(where -> where.contains("records"))
                        .contains("lanekeeper.handlers.other.topics", "lanekeeper.handlers.records.ordered"));
    }

    @Test
    void readsTheKeysOfLocksThatAreHeldInTheRunFromArgumentsAndCausalityKey() {
        application.withBean(Locked.class).run(context -> {
            var needs = handler(context, "locked").locks().needs(entry(), new Hiding(false, key -> key));

            assertThat(needs.keySet())
                    .extracting(LockNeed::name)
                    .containsExactly("unique:locked:berlin", "account:17", "customer:c-1", "tenant:t-1", "desk");
        });
    }

    private static WaitingItem entry() {
        var now = Instant.EPOCH;
        var row = new OutboxRow(
                1,
                0,
                "orders",
                "placed",
                "c-1",
                "{\"from\": 17, \"city\": \"berlin\", \"key\": \"another\"}",
                null,
                null,
                "{}",
                null,
                "{}",
                now,
                null);
        var headers = List.of(new RawHeader("tenant", "t-1".getBytes(StandardCharsets.UTF_8)));
        var event = new RawEvent(null, -1, -1, now, null, EntryDocument.write(row, List.of()), headers);
        return new WaitingItem(new UUID(1, 2), 7, 1, null, now, 0, now, now, false, "c-1", null, event);
    }

    static class Locked {

        @OutboxEventHandler(
                id = "locked",
                context = "orders",
                event = "placed",
                locks = {"account(from)", "customer(@key)", "tenant(@header(tenant))", "desk"})
        @Unique(lock = Unique.Lock.WHILE_EXECUTING, key = "city")
        void locked(OutboxEntry entry) {}
    }

    static class Mails {

        @OutboxEventHandler(context = "orders", event = "placed")
        void placed(String order) {}

        @OutboxEventHandler(id = "other", context = "${name:c}", event = "z", ordered = "false", onFailure = "overtake")
        void other(OutboxEntry entry) {}
    }

    static class Nameless {

        @OutboxEventHandler(context = "orders")
        void anything(OutboxEntry entry) {}
    }

    static class Records {

        @KafkaEventHandler(id = "records", topics = "t")
        void on(OutboxEntry entry) {}
    }

    static class Stock implements OutboxProcessor {

        @Override
        public boolean applies(OutboxEntry entry) {
            return true;
        }

        @Override
        public Outcome call(OutboxEntry entry, EventContext event) {
            return Outcome.ack();
        }
    }
}
