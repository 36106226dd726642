package dev.lanekeeper.testkit;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Looks for an expression in a growing log, line by line; each look reads only what was added since the one before. */
final class LogFollower {

    private final Path log;
    private final Pattern pattern;
    private long position;
    private @Nullable MatchResult found;

    LogFollower(Path log, Pattern pattern) {
        this.log = log;
        this.pattern = pattern;
    }

    /** The first find in a complete line, if there is one by now. */
    Optional<MatchResult> find() {
        if (found == null && Files.exists(log)) {
            found = completeLinesSinceLastLook()
                    .lines()
                    .map(pattern::matcher)
                    .filter(Matcher::find)
                    .findFirst()
                    .map(Matcher::toMatchResult)
                    .orElse(null);
        }
        return Optional.ofNullable(found);
    }

    private String completeLinesSinceLastLook() {
        try (var file = new RandomAccessFile(log.toFile(), "r")) {
            var bytes = new byte[Math.toIntExact(file.length() - position)];
            file.seek(position);
            file.readFully(bytes);
            int end = bytes.length;
            while (end > 0 && bytes[end - 1] != '\n') {
                end--;
            }
            position += end;
            return new String(bytes, 0, end, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Could not read " + log, e);
        }
    }
}
