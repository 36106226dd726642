package dev.lanekeeper.demo;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.KafkaEventHandler;
import dev.lanekeeper.api.Outcome;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import org.springframework.transaction.annotation.Transactional;

/** Books orders, one at a time for each customer; some fail at first, some until the payment provider is back, some for ever. */
class Orders {

    static final String TOPIC = "orders";
    static final String EVENT_ID = "event-id";

    /** How long the provider is down. */
    static final Duration OUTAGE = Duration.ofSeconds(20);

    private static final int SLOW_ATTEMPTS = 2;

    private final Effects effects;
    private final Consumer<OrderPlaced> booked;
    private final Clock clock;

    /** @param booked told of each order, in the transaction that books it */
    Orders(Effects effects, Consumer<OrderPlaced> booked, Clock clock) {
        this.effects = effects;
        this.booked = booked;
        this.clock = clock;
    }

    /** The effect and the result are one transaction: whatever dies when, an order is booked exactly once. */
    @KafkaEventHandler(
            id = "orders",
            topics = TOPIC,
            resource = "customerId",
            dedup = "header:" + EVENT_ID,
            maxRetries = "3",
            backoffMin = "200ms",
            backoffMax = "2s")
    @Transactional
    public Outcome on(OrderPlaced order, EventContext event) {
        pay(order, event.attempt());
        effects.add(TOPIC, order.id(), order.customerId(), order.number());
        booked.accept(order);
        return Outcome.ack(
                order.id(), order.placedAt(), "order " + order.payment().name().toLowerCase(Locale.ROOT), "v1");
    }

    private void pay(OrderPlaced order, int attempt) {
        switch (order.payment()) {
            case OK -> {}
            case SLOW -> {
                if (attempt <= SLOW_ATTEMPTS) {
                    throw new PaymentTimeout("The payment provider did not answer within 2 s for order " + order.id());
                }
            }
            case DOWN -> {
                if (clock.instant().isBefore(order.placedAt().plus(OUTAGE))) {
                    throw new PaymentProviderDown("The payment provider is down, order " + order.id() + " is not paid");
                }
            }
            case DECLINED ->
                throw new CardDeclined("The card of %s was declined: %s for order %s"
                        .formatted(order.customerId(), order.amount(), order.id()));
        }
    }

    static final class PaymentTimeout extends RuntimeException {
        private static final long serialVersionUID = 1;

        PaymentTimeout(String message) {
            super(message);
        }
    }

    static final class PaymentProviderDown extends RuntimeException {
        private static final long serialVersionUID = 1;

        PaymentProviderDown(String message) {
            super(message);
        }
    }

    static final class CardDeclined extends RuntimeException {
        private static final long serialVersionUID = 1;

        CardDeclined(String message) {
            super(message);
        }
    }
}
