package dev.lanekeeper.intake.kafka;

import static dev.lanekeeper.intake.kafka.IntakeBench.upTo;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.intake.kafka.IntakeStatus.State;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Topics that come late, lose records, or are deleted and created again while they are read. */
class ChangingTopicsTest {

    @AutoClose
    private final IntakeBench bench = IntakeBench.open();

    @BeforeEach
    void letTopicsBeDeletedUnderTheFeetOfClients() {
        bench.silence("org.apache.kafka.clients");
    }

    @Test
    void offsetsThatWereDeletedBeforeTheyWereReadAreCounted() throws Exception {
        var topic = bench.topic(1);
        bench.produce(topic, 0, 0, 100);
        deleteBefore(topic, 40);
        bench.setOffset(topic, topic, 0, 10);
        bench.start(TestHandler.named(topic));
        await().atMost(20, SECONDS).until(() -> bench.count(topic) == 60);
        assertThat(bench.progressOf(topic, topic, 0, "lost_at_broker")).isEqualTo(30);
        assertThat(bench.progressOf(topic, topic, 0, "next_offset")).isEqualTo(100);
    }

    @Test
    void offsetsThatAreDeletedWhileItIsPausedAreCounted() throws Exception {
        var topic = bench.topic(1);
        bench.produce(topic, 0, 0, 10);
        var intakes = bench.start(TestHandler.named(topic).property("fetch.max.bytes", "1"));
        await().atMost(20, SECONDS).until(() -> bench.count(topic) == 10);
        bench.pause(topic, true);
        await().atMost(10, SECONDS).until(() -> intakes.status(topic).state() == State.PAUSED);
        // Fetched ahead is at most what one answer holds; what comes after it is deleted before it is asked for.
        bench.produce(topic, 0, 10, 1000);
        deleteBefore(topic, 990);
        bench.pause(topic, false);
        await().atMost(20, SECONDS).until(() -> bench.progressOf(topic, topic, 0, "next_offset") == 1000);
        var lost = bench.progressOf(topic, topic, 0, "lost_at_broker");
        assertThat(lost).isPositive();
        assertThat(bench.count(topic) + lost).isEqualTo(1000);
    }

    @Test
    void aRecreatedTopicStopsAndOthersGoOnUntilAPersonResetsIt() {
        var topic = bench.topic(1);
        var other = bench.topic(1);
        bench.produce(topic, 0, 0, 20);
        var handler = TestHandler.named(topic).topics(topic, other);
        var intakes = bench.start(handler);
        await().atMost(20, SECONDS).until(() -> bench.count(topic) == 20);
        intakes.stop(topic, "for a test", Duration.ofSeconds(10));
        bench.broker.deleteTopic(topic);
        create(topic);
        bench.produce(topic, 0, 0, 30);
        intakes.start(topic);

        await().atMost(20, SECONDS)
                .until(() -> intakes.status(topic).reason() != null
                        && intakes.status(topic).reason().contains("deleted and created again"));
        assertThat(intakes.status(topic).healthy()).isFalse();
        bench.produce(other, 0, 0, 5);
        await().atMost(20, SECONDS).until(() -> bench.count(other) == 5);
        assertThat(bench.count(topic)).isEqualTo(20);

        bench.progress.reset(bench.number(topic), topic, 0, 0);
        await().atMost(20, SECONDS).until(() -> bench.count(topic) == 50);
        await().atMost(10, SECONDS).until(() -> intakes.status(topic).healthy());
    }

    @Test
    void aTopicThatIsRecreatedWhileItIsReadStops() {
        var topic = bench.topic(1);
        bench.produce(topic, 0, 0, 20);
        var intakes = bench.start(TestHandler.named(topic));
        await().atMost(20, SECONDS).until(() -> bench.count(topic) == 20);
        bench.broker.deleteTopic(topic);
        create(topic);
        bench.produce(topic, 0, 0, 10);
        await().atMost(40, SECONDS)
                .until(() -> String.valueOf(intakes.status(topic).reason()).contains("deleted and created again"));
        assertThat(bench.count(topic)).isEqualTo(20);
    }

    @Test
    void aPositionBeyondTheEndOfTheLogMovesBackToIt() {
        var topic = bench.topic(1);
        bench.produce(topic, 0, 0, 20);
        var intakes = bench.start(TestHandler.named(topic));
        await().atMost(20, SECONDS).until(() -> bench.count(topic) == 20);
        intakes.stop(topic, "for a test", Duration.ofSeconds(10));
        // As after a broker came back with less than it had.
        bench.progress.reset(bench.number(topic), topic, 0, 500);
        intakes.start(topic);
        await().atMost(20, SECONDS).until(() -> bench.progressOf(topic, topic, 0, "next_offset") == 20);
        bench.produce(topic, 0, 20, 30);
        await().atMost(20, SECONDS).until(() -> bench.count(topic) == 30);
        assertThat(bench.stored(topic, 0)).containsExactlyElementsOf(upTo(30));
    }

    @Test
    void waitsForATopicThatDoesNotExistYet() {
        var topic = IntakeBench.newName();
        var intakes = bench.start(TestHandler.named(topic));
        await().atMost(10, SECONDS).until(() -> intakes.status(topic).state() == State.WAITING_FOR_KAFKA);
        create(topic);
        bench.produce(topic, 0, 0, 10);
        await().atMost(20, SECONDS).until(() -> bench.count(topic) == 10);
        assertThat(intakes.status(topic).state()).isEqualTo(State.RUNNING);
    }

    @Test
    void readsTheTopicsThatExistAndWaitsForTheOthers() {
        var topic = bench.topic(1);
        var later = IntakeBench.newName();
        var intakes = bench.start(TestHandler.named(topic).topics(topic, later));
        bench.produce(topic, 0, 0, 5);
        await().atMost(20, SECONDS).until(() -> bench.count(topic) == 5);
        assertThat(intakes.status(topic).state()).isEqualTo(State.RUNNING);
        assertThat(intakes.status(topic).reason()).contains(later);
        create(later);
        bench.produce(later, 0, 0, 5);
        await().atMost(20, SECONDS).until(() -> bench.count(later) == 5);
        assertThat(intakes.status(topic).reason()).isNull();
    }

    @Test
    void readsTopicsThatMatchItsPatternAlsoThoseThatComeLater() {
        var first = bench.topic(1);
        var id = IntakeBench.newName();
        bench.start(TestHandler.named(id).pattern(first + ".*"));
        bench.produce(first, 0, 0, 5);
        await().atMost(20, SECONDS).until(() -> bench.count(first) == 5);
        create(first + "-later");
        bench.produce(first + "-later", 0, 0, 5);
        await().atMost(30, SECONDS).until(() -> bench.count(first + "-later") == 5);
    }

    private void create(String topic) {
        // A deleted topic is gone only after a while.
        await().atMost(20, SECONDS).ignoreExceptions().untilAsserted(() -> bench.broker.createTopic(topic, 1));
    }

    private void deleteBefore(String topic, long offset) throws Exception {
        try (var admin = bench.broker.admin()) {
            admin.deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(offset)))
                    .all()
                    .get();
        }
    }
}
