package dev.lanekeeper.intake.outbox;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.outbox.OutboxEntry;
import dev.lanekeeper.api.outbox.OutboxEventHandler;
import dev.lanekeeper.api.outbox.OutboxProcessor;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.transport.SenderContext;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** An application with handlers of outbox entries of all kinds, which keeps what they were given. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({
    OutboxApplication.Seen.class,
    OutboxApplication.Orders.class,
    OutboxApplication.DearPrices.class,
    OutboxApplication.HugePrices.class
})
class OutboxApplication {

    static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    /** As a tracer does, but always with the same trace. */
    @Bean
    ObservationHandler<SenderContext<Object>> tracer() {
        return new ObservationHandler<>() {
            @Override
            public void onStart(SenderContext<Object> context) {
                context.getSetter().set(context.getCarrier(), "traceparent", TRACE);
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return context instanceof SenderContext;
            }
        };
    }

    record Order(String id, @Nullable Integer amount) {}

    /** What the handlers were given. */
    @Component
    static class Seen {

        final List<String[]> calls = new CopyOnWriteArrayList<>();
        final List<OutboxEntry> entries = new CopyOnWriteArrayList<>();

        void add(String handler, String id) {
            calls.add(new String[] {handler, id});
        }

        List<String> of(String id) {
            return calls.stream().filter(c -> c[1].equals(id)).map(c -> c[0]).toList();
        }

        List<String> in(String handler, String... ids) {
            return calls.stream()
                    .filter(c -> c[0].equals(handler) && List.of(ids).contains(c[1]))
                    .map(c -> c[1])
                    .toList();
        }

        List<String> with(String handler, String prefix) {
            return calls.stream()
                    .filter(c -> c[0].equals(handler) && c[1].startsWith(prefix))
                    .map(c -> c[1])
                    .toList();
        }
    }

    @Component
    static class Orders {

        private final Seen seen;
        private final JdbcClient jdbc;

        Orders(Seen seen, JdbcClient jdbc) {
            this.seen = seen;
            this.jdbc = jdbc;
        }

        @OutboxEventHandler(context = "orders", event = "placed")
        void invoice(Order order, OutboxEntry entry, EventContext context) {
            failFirst(order, context);
            if (order.id().equals("o-1")) {
                seen.entries.add(entry);
            }
            seen.add("invoice", order.id());
        }

        @OutboxEventHandler(id = "mail", context = "orders", event = "placed", onFailure = "overtake")
        void mail(Order order, EventContext context) {
            failFirst(order, context);
            seen.add("mail", order.id());
        }

        @OutboxEventHandler(id = "late", context = "late")
        void late(Order order) {
            seen.add("late", order.id());
        }

        @Transactional
        @OutboxEventHandler(context = "effects", event = "wanted", maxRetries = "0")
        public void effect(Order order) {
            jdbc.sql("INSERT INTO effect (name) VALUES (?)").param(order.id()).update();
            if (order.id().equals("bad")) {
                try {
                    jdbc.sql("SELECT 1 / 0").query(Integer.class).single();
                } catch (DataAccessException e) {
                    // As careless code does; the transaction is spoilt all the same.
                }
            }
        }

        private static void failFirst(Order order, EventContext context) {
            if (order.id().startsWith("fails") && context.attempt() == 1) {
                throw new IllegalStateException("fails at first");
            }
        }
    }

    @Component("dearPrices")
    static class DearPrices implements OutboxProcessor {

        private final Seen seen;

        DearPrices(Seen seen) {
            this.seen = seen;
        }

        @Override
        public boolean applies(OutboxEntry entry) {
            return entry.context().equals("prices") && (int) entry.arguments().getOrDefault("amount", 0) > 100;
        }

        @Override
        public Outcome call(OutboxEntry entry, EventContext event) {
            seen.add("dearPrices", String.valueOf(entry.arguments().get("id")));
            return Outcome.ack();
        }
    }

    @Component("hugePrices")
    static class HugePrices implements OutboxProcessor {

        @Override
        public boolean applies(OutboxEntry entry) {
            return false;
        }

        @Override
        public Outcome call(OutboxEntry entry, EventContext event) {
            throw new AssertionError("it does not apply");
        }
    }
}
