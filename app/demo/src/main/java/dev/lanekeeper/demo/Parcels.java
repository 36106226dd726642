package dev.lanekeeper.demo;

import dev.lanekeeper.api.KafkaEventHandler;
import dev.lanekeeper.api.Outcome;

/** Sends parcels, one at a time for each warehouse; one warehouse is slow, and only its own parcels wait for it. */
class Parcels {

    static final String TOPIC = "parcels";

    private final Effects effects;

    Parcels(Effects effects) {
        this.effects = effects;
    }

    @KafkaEventHandler(
            id = "parcels",
            topics = TOPIC,
            resource = "warehouse",
            maxRetries = "3",
            backoffMin = "200ms",
            backoffMax = "2s")
    Outcome on(ParcelPacked parcel) throws InterruptedException {
        Thread.sleep(parcel.handlingMillis());
        effects.add(TOPIC, parcel.id(), parcel.warehouse(), parcel.number());
        return Outcome.ack(parcel.id(), parcel.packedAt(), "parcel", "v1");
    }
}
