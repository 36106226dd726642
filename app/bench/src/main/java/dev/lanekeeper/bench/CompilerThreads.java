package dev.lanekeeper.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The processor time of the JVM's own compilers, which tells how far from warm it still is; 0 where there is no {@code /proc}. */
final class CompilerThreads {

    private static final Path THREADS = Path.of("/proc/self/task");
    private static final long NANOS_OF_A_TICK = 10_000_000;
    private static final int USER = 11;

    private CompilerThreads() {}

    static long nanos() {
        if (!Files.isDirectory(THREADS)) {
            return 0;
        }
        try (var threads = Files.list(THREADS)) {
            return threads.mapToLong(CompilerThreads::nanos).sum();
        } catch (IOException e) {
            throw new UncheckedIOException("Could not read " + THREADS, e);
        }
    }

    private static long nanos(Path thread) {
        try {
            var stat = Files.readString(thread.resolve("stat"));
            var end = stat.lastIndexOf(')');
            var name = stat.substring(stat.indexOf('(') + 1, end);
            if (!name.startsWith("C1 Comp") && !name.startsWith("C2 Comp")) {
                return 0;
            }
            var fields = stat.substring(end + 2).split(" ");
            return (Long.parseLong(fields[USER]) + Long.parseLong(fields[USER + 1])) * NANOS_OF_A_TICK;
        } catch (IOException e) {
            return 0; // the thread has ended meanwhile
        }
    }
}
