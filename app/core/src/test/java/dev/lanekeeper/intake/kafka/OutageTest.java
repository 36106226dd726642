package dev.lanekeeper.intake.kafka;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.lanekeeper.intake.kafka.IntakeStatus.State;
import dev.lanekeeper.testkit.KafkaBroker;
import dev.lanekeeper.testkit.PostgresServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Kafka or the database is away: the intake waits, says so once, goes on by itself, and loses nothing. */
class OutageTest {

    private final List<Runnable> quiet = new ArrayList<>();
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        QuietLog.upToErrors("org.apache.kafka.clients", quiet);
        QuietLog.of("com.zaxxer.hikari", quiet);
        lines.start();
        log().addAppender(lines);
    }

    @AfterEach
    void stopListening() {
        quiet.forEach(Runnable::run);
        log().detachAppender(lines);
    }

    @Test
    void goesOnByItselfAfterTheBrokerWasKilled() {
        try (var broker = KafkaBroker.create();
                var bench = IntakeBench.open(broker)) {
            var topic = bench.topic(2);
            var intakes = bench.start(TestHandler.named(topic));
            bench.produce(topic, 0, 0, 300);
            await().atMost(20, SECONDS).until(() -> bench.count(topic) == 300);
            broker.kill9();
            await().atMost(20, SECONDS).until(() -> intakes.status(topic).state() == State.WAITING_FOR_KAFKA);
            broker.start();
            bench.produce(topic, 0, 300, 600);
            bench.produce(topic, 1, 0, 100);
            await().atMost(40, SECONDS).until(() -> bench.count(topic) >= 700);
            await().atMost(10, SECONDS).until(() -> intakes.status(topic).state() == State.RUNNING);
            assertThat(bench.stored(topic, 0))
                    .containsExactlyElementsOf(LongStream.range(0, 600).boxed().toList());
            assertThat(ownWarnings()).hasSizeBetween(1, 3);
        }
    }

    @Test
    void startsByItselfWhenTheBrokerComesAndEndsInTimeWhileItIsAway() {
        try (var broker = KafkaBroker.create();
                var bench = IntakeBench.open(broker)) {
            var topic = bench.topic(1);
            bench.produce(topic, 0, 0, 10);
            broker.kill9();
            var intakes = bench.start(TestHandler.named(topic));
            await().atMost(10, SECONDS).until(() -> intakes.status(topic).state() == State.WAITING_FOR_KAFKA);
            broker.start();
            await().atMost(40, SECONDS).until(() -> bench.count(topic) == 10);
            broker.kill9();
            var begun = System.nanoTime();
            assertThat(intakes.stop(Duration.ofSeconds(4))).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(8));
        }
    }

    @Test
    void goesOnByItselfAfterTheDatabaseWasRestarted() {
        try (var server = PostgresServer.create();
                var bench = IntakeBench.open(KafkaBroker.shared(), server)) {
            var topic = bench.topic(1);
            var intakes = bench.start(TestHandler.named(topic));
            bench.produce(topic, 0, 0, 300);
            await().atMost(20, SECONDS).until(() -> bench.count(topic) == 300);
            server.stop();
            bench.produce(topic, 0, 300, 600);
            await().atMost(20, SECONDS).until(() -> intakes.status(topic).state() == State.PAUSED);
            assertThat(intakes.status(topic).reason()).isEqualTo("DATABASE_AWAY");
            server.start();
            await().atMost(40, SECONDS).ignoreExceptions().until(() -> bench.count(topic) >= 600);
            assertThat(bench.stored(topic, 0))
                    .containsExactlyElementsOf(LongStream.range(0, 600).boxed().toList());
            await().atMost(5, SECONDS)
                    .until(() -> bench.committed(topic, topic, 0).offset() == 600);
            assertThat(ownWarnings()).hasSizeBetween(1, 4);
        }
    }

    private List<String> ownWarnings() {
        return lines.list.stream()
                .filter(e -> e.getLevel().levelInt >= ch.qos.logback.classic.Level.WARN_INT)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private static Logger log() {
        return (Logger) LoggerFactory.getLogger("dev.lanekeeper.intake.kafka");
    }
}
