package dev.lanekeeper.intake.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.intake.kafka.IntakeListener.Place;
import dev.lanekeeper.work.StoredBatch;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ContainedListenerTest {

    private final List<Runnable> quiet = new ArrayList<>();
    private final List<String> heard = new ArrayList<>();

    @BeforeEach
    void expectWarnings() {
        QuietLog.of(ContainedListener.class.getName(), quiet);
    }

    @AfterEach
    void listenAgain() {
        quiet.forEach(Runnable::run);
    }

    @Test
    void tellsEverythingToEveryListenerWhateverOthersThrow() {
        IntakeListener throwing = played(method -> {
            throw new IllegalStateException(method);
        });
        var contained = new ContainedListener(List.of(throwing, played(heard::add)));
        var place = new Place("h", "t", 0);

        contained.started("h");
        contained.stopping("h", "why");
        contained.stopped("h", true);
        contained.polled("h", 1);
        contained.flushed("h", new StoredBatch(1, 0, 0, List.of()), Duration.ZERO);
        contained.flushFailed("h", new IllegalStateException());
        contained.assigned(place, 1, 0);
        contained.revoked(place);
        contained.lost(place);
        contained.fenced(place);
        contained.lostAtBroker(place, 1);
        contained.repositioned(place, 1, 2);
        contained.partitionStopped(place, "why");
        contained.paused("h", PauseReason.BUFFER_FULL);
        contained.resumed("h");
        contained.consumerReplaced("h", new IllegalStateException());

        assertThat(heard)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(IntakeListener.class.getMethods())
                        .map(m -> m.getName())
                        .toList());
    }

    private static IntakeListener played(java.util.function.Consumer<String> told) {
        return (IntakeListener) Proxy.newProxyInstance(
                IntakeListener.class.getClassLoader(), new Class<?>[] {IntakeListener.class}, (self, method, args) -> {
                    if (method.getDeclaringClass() == Object.class) {
                        return method.getName().equals("hashCode")
                                ? (Object) System.identityHashCode(self)
                                : self == args[0];
                    }
                    told.accept(method.getName());
                    return null;
                });
    }
}
