package dev.lanekeeper.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A process with all its living descendants, as Linux shows them under /proc. */
record ProcessTree(long root) {

    /** Linux counts processor time there in hundredths of a second. */
    private static final Duration TICK = Duration.ofMillis(10);

    private static final int TRIES = 10;

    List<Long> pids() {
        var descendants = ProcessHandle.of(root).stream()
                .flatMap(ProcessHandle::descendants)
                .map(ProcessHandle::pid);
        return Stream.concat(Stream.of(root), descendants).toList();
    }

    /** User and system time of the root, its ended children and its living descendants. */
    Duration cpu() {
        // A child that ends while it is being read would be missed or counted twice: read until none did.
        for (int i = 0; ; i++) {
            var before = Times.of(root);
            long living = pids().stream()
                    .filter(pid -> pid != root)
                    .mapToLong(pid -> Times.of(pid).all())
                    .sum();
            var after = Times.of(root);
            if (before.ofEndedChildren == after.ofEndedChildren || i == TRIES) {
                return TICK.multipliedBy(after.all() + living);
            }
        }
    }

    private record Times(long own, long ofEndedChildren) {

        private static final int FIRST_FIELD_AFTER_NAME = 3;

        static Times of(long pid) {
            try {
                var stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
                // The program's name stands in parentheses and may hold spaces.
                var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                return new Times(sum(fields, 14, 15), sum(fields, 16, 17));
            } catch (IOException e) {
                return new Times(0, 0);
            }
        }

        private static long sum(String[] fields, int... numbers) {
            return IntStream.of(numbers)
                    .mapToLong(number -> Long.parseLong(fields[number - FIRST_FIELD_AFTER_NAME]))
                    .sum();
        }

        long all() {
            return own + ofEndedChildren;
        }
    }
}
