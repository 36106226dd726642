package dev.lanekeeper.jpa;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.lanekeeper.api.change.ReliableEntity;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;

/** What is bought and sold. */
final class Shop {

    private Shop() {}

    static PersistenceManagedTypes entities() {
        return PersistenceManagedTypes.of(
                Order.class.getName(),
                Address.class.getName(),
                Customer.class.getName(),
                Parcel.class.getName(),
                Vehicle.class.getName(),
                Truck.class.getName());
    }

    @Entity
    @Table(name = "orders")
    @ReliableEntity
    static class Order {

        @Id
        String id = "";

        String state = "new";
        int amount;
        Instant placedAt = Instant.parse("2030-01-01T12:00:00Z");

        @JsonIgnore
        String secret = "";

        @Embedded
        Address address = new Address();

        @ManyToOne(fetch = FetchType.LAZY)
        @Nullable
        Customer customer;

        @ElementCollection
        Set<String> tags = new HashSet<>();

        @Version
        int version;

        Order() {}

        Order(String id, int amount) {
            this.id = id;
            this.amount = amount;
        }
    }

    @Embeddable
    static class Address {

        String street = "Main Street";
        String town = "Ghent";
    }

    @Entity
    @Table(name = "customer")
    static class Customer {

        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        @Nullable
        Long id;

        String name = "Ada";
    }

    /** Named by what is written on it. */
    @Entity
    @Table(name = "parcel")
    @ReliableEntity(id = "number", name = "parcel")
    static class Parcel {

        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        @Nullable
        Long key;

        String number = "";
        String kind = "box";
    }

    @Entity
    @Inheritance
    @ReliableEntity
    static class Vehicle {

        @Id
        @GeneratedValue
        @Nullable
        Long plate;

        int wheels;
    }

    @Entity
    static class Truck extends Vehicle {

        int tons;
    }
}
