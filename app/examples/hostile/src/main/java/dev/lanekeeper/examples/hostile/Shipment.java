package dev.lanekeeper.examples.hostile;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/** What was shipped. */
@Entity
@Table(name = "shipment")
class Shipment {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private @Nullable Long id;

    private String orderId = "";

    /** For JPA. */
    Shipment() {}

    Shipment(String orderId) {
        this.orderId = orderId;
    }

    @Nullable
    Long id() {
        return id;
    }

    String orderId() {
        return orderId;
    }
}
