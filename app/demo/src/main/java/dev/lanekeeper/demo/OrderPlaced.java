package dev.lanekeeper.demo;

import java.math.BigDecimal;
import java.time.Instant;

/**
 * An order of a customer of the demo's shop.
 *
 * @param number its place among the customer's orders, from 1
 * @param payment how paying it goes
 */
record OrderPlaced(String id, String customerId, long number, BigDecimal amount, Payment payment, Instant placedAt) {

    /** What the shop's payment provider does. */
    enum Payment {
        OK,
        /** The first two attempts fail. */
        SLOW,
        /** Fails until the provider is back: a retry by hand succeeds some time later. */
        DOWN,
        /** Fails for ever. */
        DECLINED
    }
}
