package dev.lanekeeper.readme;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.KafkaEventHandler;
import dev.lanekeeper.api.Outcome;
import java.time.Instant;
import org.springframework.stereotype.Component;

/** README's example, so that the compiler reads it too. */
@Component
class Orders {

    private final Shipping shipping;

    Orders(Shipping shipping) {
        this.shipping = shipping;
    }

    @KafkaEventHandler(id = "orders", topics = "orders", resource = "customerId", maxRetries = "3")
    Outcome on(OrderPlaced order, EventContext event) {
        shipping.prepare(order, event.itemId());
        return Outcome.ack(order.id(), order.placedAt(), "placed", "v1");
    }
}

record OrderPlaced(String id, String customerId, Instant placedAt) {}

interface Shipping {

    void prepare(OrderPlaced order, long itemId);
}
