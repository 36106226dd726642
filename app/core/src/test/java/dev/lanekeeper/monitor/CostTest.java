package dev.lanekeeper.monitor;

import static dev.lanekeeper.dispatch.TestNode.handler;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.latency.LatencyRecorder;
import dev.lanekeeper.run.RunListener;
import dev.lanekeeper.run.RunListener.Result;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** What is told of each item must cost next to nothing; memory is counted, since it does not depend on the machine's load. */
class CostTest {

    private static final int CHUNK = 256;
    private static final int CHUNKS = 100;
    private final Clock clock = Clock.fixed(Told.NOW, ZoneOffset.UTC);
    private final List<Result> results = Collections.nCopies(CHUNK, Told.acknowledged());

    @Test
    void eventsThatNobodyListensToAllocateNothing() {
        try (var context = new AnnotationConfigApplicationContext(PublisherTest.Everything.class)) {
            var events = new RunEvents(
                    new Publisher(context, EventMode.AUTO), id -> handler(id, c -> Outcome.ack()), n -> 3, clock);

            assertThat(bytesPerItem(events)).isLessThan(1);
        }
    }

    @Test
    void attemptsThatNobodyObservesAllocateNothing() {
        var attempts = new AttemptObservations(ObservationRegistry.create());

        assertThat(bytesPerItem(new RunListener() {
                    @Override
                    public void recorded(List<Result> told) {
                        for (var result : told) {
                            attempts.started(result.handler(), result.item());
                            attempts.left(result.handler(), result.item());
                        }
                    }
                }))
                .isLessThan(1);
    }

    @Test
    void latenciesAreCountedWithoutAnObjectOfTheirOwn() {
        assertThat(bytesPerItem(new LatencyRecorder(clock, () -> 1))).isLessThan(1);
    }

    /** What is left are the iterators of the composite, which an optimising compiler removes. */
    @Test
    void metersAllocateNoTagsAndNoMeters() {
        var composite = new CompositeMeterRegistry();
        composite.add(new SimpleMeterRegistry());

        assertThat(bytesPerItem(new RunMeters(composite, clock))).isLessThan(500);
    }

    private double bytesPerItem(RunListener listener) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        tell(listener);
        var bytes = threads.getCurrentThreadAllocatedBytes();
        tell(listener);
        return (threads.getCurrentThreadAllocatedBytes() - bytes) / (double) (CHUNK * CHUNKS);
    }

    private void tell(RunListener listener) {
        for (var chunk = 0; chunk < CHUNKS; chunk++) {
            listener.recorded(results);
        }
    }
}
