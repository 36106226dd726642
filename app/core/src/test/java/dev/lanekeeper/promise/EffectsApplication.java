package dev.lanekeeper.promise;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.KafkaEventHandler;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.outbox.OutboxEventHandler;
import dev.lanekeeper.work.Probe;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** An application as a user would write it, whose handlers leave their effects in a table without any unique constraint. */
@SpringBootApplication(scanBasePackageClasses = EffectsApplication.class)
public class EffectsApplication {

    public static void main(String... args) {
        SpringApplication.run(EffectsApplication.class, args);
    }

    /** What the producer sends. */
    record Numbered(String resource, long number) {}

    /** Ends the process at a moment that the test has chosen: {@code halt.at=STORE_INSERTED:120}. */
    @Bean
    @ConditionalOnProperty("halt.at")
    Probe haltingProbe(@Value("${halt.at}") String place) {
        return HaltingProbe.at(place);
    }

    /** The same for outbox entries: {@code outbox=true}. */
    @Component
    @ConditionalOnProperty("outbox")
    static class OutboxEffects {

        private final Effects effects;
        private final Mischief mischief;

        OutboxEffects(Effects effects, Mischief mischief) {
            this.effects = effects;
            this.mischief = mischief;
        }

        @Transactional
        @OutboxEventHandler(id = "outbox-exact", context = "effects", event = "numbered")
        public Outcome exactlyOnce(Numbered event, EventContext context) {
            effects.leave("outbox-exact", event, context);
            mischief.afterEffect(event, context);
            return Outcome.ack(event.resource());
        }

        @OutboxEventHandler(id = "outbox-plain", context = "effects", event = "numbered")
        public Outcome atLeastOnce(Numbered event, EventContext context) {
            mischief.beforeEffect(event, context);
            effects.leave("outbox-plain", event, context);
            mischief.hold(event);
            return Outcome.ack(event.resource());
        }
    }

    /** One handler with a transaction and one without, for all events. */
    @Component
    static class Effects {

        private final JdbcClient jdbc;
        private final Mischief mischief;

        Effects(JdbcClient jdbc, Mischief mischief) {
            this.jdbc = jdbc;
            this.mischief = mischief;
        }

        @Transactional
        @KafkaEventHandler(id = "exact", topics = "${topic}", resource = "resource")
        public Outcome exactlyOnce(Numbered event, EventContext context) {
            leave("exact", event, context);
            mischief.afterEffect(event, context);
            return Outcome.ack(event.resource());
        }

        @KafkaEventHandler(id = "plain", topics = "${topic}", resource = "resource")
        public Outcome atLeastOnce(Numbered event, EventContext context) {
            mischief.beforeEffect(event, context);
            var outcome = mischief.outcome(event);
            if (outcome instanceof Outcome.Ack) {
                leave("plain", event, context);
                mischief.hold(event);
            }
            return outcome;
        }

        void leave(String handler, Numbered event, EventContext context) {
            jdbc.sql("INSERT INTO effect (handler, resource, number, attempt, token) VALUES (?, ?, ?, ?, ?)")
                    .param(handler)
                    .param(event.resource())
                    .param(event.number())
                    .param(context.attempt())
                    .param(context.fencingToken())
                    .update();
        }
    }
}
