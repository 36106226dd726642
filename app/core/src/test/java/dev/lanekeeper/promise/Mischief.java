package dev.lanekeeper.promise;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.promise.EffectsApplication.Numbered;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * What handlers do wrong, by the resource of an event: the first event of {@code poison} kills the process, when others are at
 * work beside it.
 */
@Component
final class Mischief {

    static final String HALTS = "poison";
    static final String HANGS = "endless";
    static final String IS_HELD = "held";
    static final String ALWAYS_FAILS = "stuck";
    static final String FAILS_ONCE = "late";
    private static final long HELD_SECONDS = 3;

    private final boolean active;
    private final boolean failing;
    private final boolean assorted;

    /**
     * @param active whether resources misbehave by their names
     * @param failing whether every seventh event of any resource fails at its first attempt
     * @param assorted whether events without transaction end in all ways, by their numbers
     */
    Mischief(
            @Value("${mischief.active:false}") boolean active,
            @Value("${mischief.failing:false}") boolean failing,
            @Value("${mischief.assorted:false}") boolean assorted) {
        this.active = active;
        this.failing = failing;
        this.assorted = assorted;
    }

    /** In the transactional handler: the effect must go with the failure. */
    void afterEffect(Numbered event, EventContext context) {
        failNowAndThen(event, context);
        hold(event);
    }

    void beforeEffect(Numbered event, EventContext context) {
        failNowAndThen(event, context);
        if (!active) {
            return;
        }
        if (event.resource().equals(HALTS) && event.number() == 1) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
            Runtime.getRuntime().halt(HaltingProbe.EXIT_CODE);
        }
        if (event.resource().equals(ALWAYS_FAILS)) {
            throw new IllegalStateException("this resource always fails");
        }
        if (event.resource().startsWith(FAILS_ONCE) && context.attempt() == 1) {
            throw new IllegalStateException("this resource fails at first");
        }
        while (event.resource().equals(HANGS)) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            Thread.interrupted();
        }
    }

    /** Long enough for a test to freeze the process meanwhile. */
    void hold(Numbered event) {
        if (active && event.resource().equals(IS_HELD) && event.number() == 1) {
            System.out.println("holding");
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(HELD_SECONDS));
        }
    }

    Outcome outcome(Numbered event) {
        if (!assorted) {
            return Outcome.ack(event.resource());
        }
        return switch ((int) (event.number() % 5)) {
            case 0 -> Outcome.skip();
            case 1 -> Outcome.reject("one in five is rejected");
            case 2 -> throw new IllegalStateException("one in five fails");
            default -> Outcome.ack(event.resource());
        };
    }

    private void failNowAndThen(Numbered event, EventContext context) {
        if (failing && event.number() % 7 == 0 && context.attempt() == 1) {
            throw new IllegalStateException("one in seven fails at its first attempt");
        }
    }
}
