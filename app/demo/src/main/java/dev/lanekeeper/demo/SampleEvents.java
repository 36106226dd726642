package dev.lanekeeper.demo;

import dev.lanekeeper.demo.OrderPlaced.Payment;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Makes the events of the demo's shop: mostly good ones, and among them each kind of trouble. For one thread. */
final class SampleEvents {

    /** After so many events the troubles come again; the first ones come early. */
    private static final int CYCLE = 240;

    private static final int PARCEL_EVERY = 20;
    private static final String[] WAREHOUSES = {"north", "south", "north", "east", "north", "west"};
    private static final String SLOW_WAREHOUSE = "north";

    private final Shop shop;
    private final Clock clock;
    private final JsonMapper json;
    private final Random random;
    private final Map<String, Long> numbers = new HashMap<>();
    private long made;
    private @Nullable Sample lastOrder;

    /**
     * What differs between an endless stream and a bounded run.
     *
     * @param run makes the ids of this start different from those of every other
     * @param slow how long the slow warehouse needs for a parcel
     * @param outages whether the payment provider is down at times: whether such an order fails is a matter of time
     */
    record Shop(String run, int customers, Duration slow, boolean outages) {}

    /** How an event is to end. */
    enum Fate {
        DONE,
        FAILED,
        /** It was sent before. */
        DUPLICATE
    }

    /** A record to be sent, and what is to come of it. */
    record Sample(String topic, String eventId, String resource, long number, byte[] value, Fate fate) {}

    SampleEvents(Shop shop, Clock clock, JsonMapper json, Random random) {
        this.shop = shop;
        this.clock = clock;
        this.json = json;
        this.random = random;
    }

    Sample next() {
        var place = (int) (made % CYCLE);
        if (place % PARCEL_EVERY == PARCEL_EVERY - 1) {
            return parcel();
        }
        return switch (place) {
            case 8, 50, 90, 130, 170, 210 -> order(Payment.SLOW);
            case 24 -> order(shop.outages() ? Payment.DOWN : Payment.DECLINED);
            case 40 -> order(Payment.DECLINED);
            case 65 -> poison();
            case 30, 100, 160, 220 -> again();
            default -> order(Payment.OK);
        };
    }

    /** An order without trouble. */
    Sample calm() {
        return order(Payment.OK);
    }

    private Sample order(Payment payment) {
        var order = order(customer(), payment);
        var fate = payment == Payment.OK || payment == Payment.SLOW ? Fate.DONE : Fate.FAILED;
        var sample = sample(Orders.TOPIC, order.id(), order.customerId(), order.number(), order, fate);
        lastOrder = fate == Fate.DONE ? sample : lastOrder;
        return sample;
    }

    /** The same order once more, as producers do that did not get an answer. */
    private Sample again() {
        var last = lastOrder;
        if (last == null) {
            return order(Payment.OK);
        }
        made++;
        return new Sample(last.topic(), last.eventId(), last.resource(), last.number(), last.value(), Fate.DUPLICATE);
    }

    /** The first half of an order: no handler can read it. */
    private Sample poison() {
        var order = order(customer(), Payment.OK);
        var whole = json.writeValueAsBytes(order);
        return new Sample(
                Orders.TOPIC,
                order.id(),
                order.customerId(),
                order.number(),
                Arrays.copyOf(whole, whole.length / 2),
                Fate.FAILED);
    }

    private Sample parcel() {
        var warehouse = WAREHOUSES[random.nextInt(WAREHOUSES.length)];
        var millis = warehouse.equals(SLOW_WAREHOUSE) ? shop.slow().toMillis() : 0;
        var parcel = new ParcelPacked(id("parcel"), warehouse, number(warehouse), millis, clock.instant());
        return sample(Parcels.TOPIC, parcel.id(), warehouse, parcel.number(), parcel, Fate.DONE);
    }

    private OrderPlaced order(String customer, Payment payment) {
        var amount = BigDecimal.valueOf(100 + random.nextInt(50_000), 2);
        return new OrderPlaced(id("order"), customer, number(customer), amount, payment, clock.instant());
    }

    private Sample sample(String topic, String id, String resource, long number, Object event, Fate fate) {
        return new Sample(topic, id, resource, number, json.writeValueAsBytes(event), fate);
    }

    /** Some customers order more than others. */
    private String customer() {
        return "customer-" + (1 + Math.min(random.nextInt(shop.customers()), random.nextInt(shop.customers())));
    }

    private String id(String prefix) {
        return prefix + "-" + shop.run() + "-" + ++made;
    }

    private long number(String resource) {
        return numbers.merge(resource, 1L, Long::sum);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
