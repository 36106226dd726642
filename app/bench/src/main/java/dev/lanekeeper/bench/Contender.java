package dev.lanekeeper.bench;

import dev.lanekeeper.testkit.KafkaBroker;
import dev.lanekeeper.testkit.PostgresDatabase;
import java.time.Duration;

/** One way to get events from Kafka to a handler; it is opened anew for each round, in the same JVM. */
interface Contender {

    String name();

    /** Connects and prepares everything, but reads nothing yet. */
    Running open(Round round);

    /** What every contender is given. */
    record Round(
            int number,
            KafkaBroker broker,
            String topic,
            Load load,
            Journal journal,
            Meter meter,
            CorridorOptions options) {

        /** A consumer group and handler id of this round's own. */
        String group(String contender) {
            return contender + "-" + topic + "-" + number;
        }
    }

    /** A contender at work. */
    interface Running extends AutoCloseable {

        PostgresDatabase database();

        /** Whether it calls a handler, which keeps the journal; otherwise it only stores. */
        default boolean handles() {
            return true;
        }

        /** Begins to read; tells the meter when the first record comes. */
        void start();

        /** How many events it has done so far. */
        int done();

        /** Waits until the results of all events are committed; false when that takes too long. */
        boolean awaitDone(Duration patience);

        /** JobRunr jobs that were made. */
        long jobs();

        /** From commit to start, of the events from this number on. */
        Latencies latencies(int from);

        @Override
        void close();
    }
}
