package dev.lanekeeper.examples.hostile;

import dev.lanekeeper.api.KafkaEventHandler;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Ships orders: the row that JPA writes and the event's result are one transaction. */
@Component
public class Shipments {

    private final ShipmentRepository repository;
    private final AtomicLong counted = new AtomicLong(-1);

    Shipments(ShipmentRepository repository) {
        this.repository = repository;
    }

    @KafkaEventHandler(id = "shipments", topics = "shipments", resource = "orderId", maxRetries = "0")
    @Transactional
    public void on(Order order) {
        repository.save(new Shipment(order.orderId()));
        if (order.lost()) {
            throw new IllegalStateException("Order " + order.orderId() + " got lost");
        }
    }

    /** Run by the application's own JobRunr. */
    public void count() {
        counted.set(repository.count());
    }

    long counted() {
        return counted.get();
    }

    /** What is to be shipped. */
    public record Order(String orderId, boolean lost) {}
}
