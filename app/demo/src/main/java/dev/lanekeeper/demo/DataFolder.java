package dev.lanekeeper.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A folder with the data of PostgreSQL and Kafka, which belongs to one process at a time. The lock goes with the process,
 * however it ends; so whatever still runs on the data of an unlocked folder was left by a process that was killed.
 */
final class DataFolder implements AutoCloseable {

    private static final String LOCK = "lock";

    private final Path path;
    private final FileChannel lock;

    private DataFolder(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /** Takes the folder; empty when a running demo has it. Stops a PostgreSQL that was left on it. */
    static Optional<DataFolder> take(Path path) {
        try {
            Files.createDirectories(path);
            var lock = FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!isLocked(lock)) {
                lock.close();
                return Optional.empty();
            }
            var folder = new DataFolder(path, lock);
            OrphanedPostgres.in(folder.postgres()).ifPresent(OrphanedPostgres::stop);
            return Optional.of(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("The folder " + path + " cannot be used", e);
        }
    }

    /** The other folders of data in the same place. */
    static List<Path> beside(Path path) {
        var home = path.getParent();
        if (home == null || !Files.isDirectory(home)) {
            return List.of();
        }
        try (var siblings = Files.list(home)) {
            return siblings.filter(each -> !each.equals(path) && Files.exists(each.resolve(LOCK)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Could not read " + home, e);
        }
    }

    private static boolean isLocked(FileChannel lock) throws IOException {
        try {
            return lock.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    Path postgres() {
        return path.resolve("postgres");
    }

    Path kafka() {
        return path.resolve("kafka");
    }

    /** Removes all data. */
    void empty() {
        remove(postgres());
        remove(kafka());
    }

    /** Gives the folder back; the data stays. */
    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException("Could not unlock " + path, e);
        }
    }

    private static void remove(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (var paths = Files.walk(folder)) {
            for (var each : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Could not remove " + folder, e);
        }
    }
}
