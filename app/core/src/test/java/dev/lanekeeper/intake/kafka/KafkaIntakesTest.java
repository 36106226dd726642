package dev.lanekeeper.intake.kafka;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The intake between a real broker and a real database. */
class KafkaIntakesTest {

    private IntakeBench bench;

    @BeforeEach
    void open() {
        bench = IntakeBench.open();
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void storesEveryRecordOnceInOrderAndCommitsItsOffsets() {
        var topic = bench.topic(2);
        bench.produce(topic, 0, 0, 1200);
        bench.produce(topic, 1, 0, 700);
        var intakes = bench.start(TestHandler.named(topic));

        await().atMost(20, SECONDS).until(() -> bench.count(topic) == 1900);
        assertThat(bench.stored(topic, 0))
                .containsExactlyElementsOf(LongStream.range(0, 1200).boxed().toList());
        assertThat(bench.stored(topic, 1))
                .containsExactlyElementsOf(LongStream.range(0, 700).boxed().toList());
        await().atMost(5, SECONDS).untilAsserted(() -> {
            assertThat(bench.committed(topic, topic, 0).offset()).isEqualTo(1200);
            assertThat(bench.committed(topic, topic, 0).metadata()).isEqualTo(bench.mark);
        });
        assertThat(intakes.stop(Duration.ofSeconds(10))).isTrue();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(t -> t.getName().startsWith("lanekeeper-intake"));
    }
}
