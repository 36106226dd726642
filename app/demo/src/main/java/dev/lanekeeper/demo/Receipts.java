package dev.lanekeeper.demo;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.outbox.Outbox;
import dev.lanekeeper.api.outbox.OutboxEventHandler;
import dev.lanekeeper.api.outbox.OutboxMessage;
import java.util.List;
import java.util.Map;

/** Sends a receipt for each booked order; the mail server has bad moments, and knows no mailbox of some customers. */
class Receipts {

    private static final String CONTEXT = "shop";
    private static final String BOOKED = "order-booked";
    private static final int WITHOUT_MAILBOX = 9;
    private static final int BAD_MOMENT = 11;

    private final Outbox outbox;

    Receipts(Outbox outbox) {
        this.outbox = outbox;
    }

    /** Written in the transaction that books the order: there is a receipt for each booking, and none without. */
    void order(OrderPlaced order) {
        outbox.publish(OutboxMessage.of(CONTEXT, BOOKED)
                .withArguments(order)
                .withCausalityKey(order.customerId())
                .withChanges("Order", order.id(), Map.of("status", List.of("placed", "booked"))));
    }

    @OutboxEventHandler(
            id = "receipts",
            context = CONTEXT,
            event = BOOKED,
            maxRetries = "3",
            backoffMin = "5s",
            backoffMax = "20s")
    Outcome send(OrderPlaced order, EventContext event) {
        if (order.customerId().endsWith("-" + WITHOUT_MAILBOX)) {
            throw new MailboxUnknown("The mail server knows no mailbox of " + order.customerId());
        }
        if (order.number() % BAD_MOMENT == 0 && event.attempt() <= 2) {
            throw new MailServerBusy("The mail server asks to try again later, for order " + order.id());
        }
        return Outcome.ack(order.id(), order.placedAt(), "receipt", "v1");
    }

    static final class MailboxUnknown extends RuntimeException {
        private static final long serialVersionUID = 1;

        MailboxUnknown(String message) {
            super(message);
        }
    }

    static final class MailServerBusy extends RuntimeException {
        private static final long serialVersionUID = 1;

        MailServerBusy(String message) {
            super(message);
        }
    }
}
