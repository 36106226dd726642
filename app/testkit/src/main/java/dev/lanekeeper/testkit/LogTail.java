package dev.lanekeeper.testkit;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The end of a log file, to be shown in the message of a failure. */
final class LogTail {

    private static final int LENGTH = 4_000;

    private LogTail() {}

    static String of(Path log) {
        if (!Files.exists(log)) {
            return "(no log at " + log + ")";
        }
        try (var file = new RandomAccessFile(log.toFile(), "r")) {
            var end = new byte[(int) Math.min(file.length(), LENGTH)];
            file.seek(file.length() - end.length);
            file.readFully(end);
            return log + " ends with:\n" + new String(end, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Could not read " + log, e);
        }
    }
}
