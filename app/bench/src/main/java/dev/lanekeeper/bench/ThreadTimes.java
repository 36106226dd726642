package dev.lanekeeper.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The processor time of some of this JVM's threads: of its compilers, which tells how far from warm it still is, and of those that
 * feed a run, which are no part of what is measured. 0 where there is no {@code /proc}; threads that have ended no longer count.
 */
final class ThreadTimes {

    private static final Path THREADS = Path.of("/proc/self/task");
    private static final long NANOS_OF_A_TICK = 10_000_000;
    private static final int USER = 11;

    private ThreadTimes() {}

    static long compilers() {
        return nanos("C1 Comp", "C2 Comp");
    }

    /** By the first letters of the names that {@link Feed} and Kafka's producer give their threads; the system keeps 15. */
    static long feeders() {
        return nanos(Feed.THREAD, "kafka-producer-");
    }

    private static long nanos(String... names) {
        if (!Files.isDirectory(THREADS)) {
            return 0;
        }
        try (var threads = Files.list(THREADS)) {
            return threads.mapToLong(thread -> nanos(thread, names)).sum();
        } catch (IOException e) {
            throw new UncheckedIOException("Could not read " + THREADS, e);
        }
    }

    private static long nanos(Path thread, String... names) {
        try {
            var stat = Files.readString(thread.resolve("stat"));
            var end = stat.lastIndexOf(')');
            var name = stat.substring(stat.indexOf('(') + 1, end);
            if (Stream.of(names).noneMatch(name::startsWith)) {
                return 0;
            }
            var fields = stat.substring(end + 2).split(" ");
            return (Long.parseLong(fields[USER]) + Long.parseLong(fields[USER + 1])) * NANOS_OF_A_TICK;
        } catch (IOException e) {
            return 0; // the thread has ended meanwhile
        }
    }
}
