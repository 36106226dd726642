package dev.lanekeeper.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Starts processes of one main class with an archive of the classes of its libraries, already parsed and verified: most
 * of what the start of an application costs is to do that anew.
 *
 * <p>The first process writes down which classes it loads. Once it is up, an archive is made of those that come from
 * libraries, for all processes after it, of other builds too, as long as neither Java nor a library changes. Classes that
 * are being built are loaded as ever. Where there is no {@code target} folder, nothing is shared.
 */
final class SharedClasses {

    /** A process that has loaded nothing for so long is up. */
    private static final Duration QUIET = Duration.ofSeconds(5);

    private static final Duration LONGEST_DUMP = Duration.ofMinutes(5);
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final Path FOLDER = TARGET.resolve("shared-classes");
    private static final Set<Path> TAKEN = ConcurrentHashMap.newKeySet();

    private final JavaCommand command;
    private final String libraries;
    private final String family;
    private final Path archive;
    private final Path list;
    private final Path turn;

    private SharedClasses(JavaCommand command) {
        this.libraries = joined(entries(command).filter(SharedClasses::isLibrary));
        var built = entries(command).filter(Predicate.not(SharedClasses::isLibrary));
        this.command = command.withClassPath(joined(Stream.concat(Stream.of(libraries), built)));
        this.family = command.mainClass() + "-" + Runtime.version().feature() + "-";
        var name = family + Integer.toHexString((Runtime.version() + libraries).hashCode());
        this.archive = FOLDER.resolve(name + ".jsa");
        this.list = FOLDER.resolve(name + ".list");
        this.turn = FOLDER.resolve(name + ".turn");
    }

    static JavaProcess start(JavaCommand command) {
        return Files.isDirectory(TARGET) ? new SharedClasses(command).start() : JavaProcess.start(command);
    }

    private JavaProcess start() {
        if (Files.exists(archive)) {
            return JavaProcess.start(command.withOptions("-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off"));
        }
        var right = turn();
        return right == null ? JavaProcess.start(command) : startFirst(right);
    }

    /** The right to make the archive, which ends with this JVM; null while it is taken. */
    private @Nullable FileChannel turn() {
        // Whoever closes a file gives up all locks that his process has of it.
        if (!TAKEN.add(turn)) {
            return null;
        }
        try {
            Files.createDirectories(FOLDER);
            var channel = FileChannel.open(turn, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() != null) {
                return channel;
            }
            channel.close();
            TAKEN.remove(turn);
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException("Could not lock " + turn, e);
        }
    }

    private JavaProcess startFirst(FileChannel right) {
        var process = JavaProcess.start(command.withOptions("-XX:DumpLoadedClassList=" + list));
        var archiving = new Thread(() -> archive(process, right), "shared-classes");
        archiving.setDaemon(true);
        archiving.start();
        return process;
    }

    /** A process that ended before it was up has not told all: the next one begins again. Without an archive all is as ever. */
    private void archive(JavaProcess process, FileChannel right) {
        try (right) {
            if (isUp(process)) {
                removeOthers();
                makeArchive();
            }
        } catch (IOException | RuntimeException e) {
            System.out.println("Classes of " + command.mainClass() + " are not shared: " + e);
        }
        TAKEN.remove(turn);
    }

    private boolean isUp(JavaProcess process) throws IOException {
        var size = 0L;
        while (process.isAlive()) {
            LockSupport.parkNanos(QUIET.toNanos());
            var now = Files.exists(list) ? Files.size(list) : 0;
            if (now > 0 && now == size) {
                return process.isAlive();
            }
            size = now;
        }
        return false;
    }

    private void makeArchive() throws IOException {
        var folder = Folders.create("classes");
        try {
            var complete = folder.resolve("list");
            var lines = Files.readString(list);
            Files.writeString(complete, lines.substring(0, lines.lastIndexOf('\n') + 1));
            var made = FOLDER.resolve(folder.getFileName() + ".made");
            var java = Path.of(System.getProperty("java.home"), "bin", "java");
            var line = List.of(
                    java.toString(),
                    "-Xshare:dump",
                    "-XX:SharedClassListFile=" + complete,
                    "-XX:SharedArchiveFile=" + made,
                    "-Xlog:disable");
            try (var dump = JavaProcess.start(line, Map.of("CLASSPATH", libraries))) {
                dump.waitFor(LONGEST_DUMP);
            }
            Files.move(made, archive, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Folders.remove(folder);
        }
    }

    /** Those of other versions of the libraries; a process that uses one keeps it open. */
    private void removeOthers() throws IOException {
        try (var files = Files.list(FOLDER)) {
            for (var file : files.toList()) {
                var name = file.getFileName().toString();
                if (name.startsWith(family) && !file.equals(list) && !file.equals(turn)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static Stream<String> entries(JavaCommand command) {
        return Arrays.stream(command.classPath().split(File.pathSeparator));
    }

    /** Jars of this build change with it. */
    private static boolean isLibrary(String entry) {
        return entry.endsWith(".jar") && !entry.contains("/target/");
    }

    private static String joined(Stream<String> entries) {
        return entries.collect(Collectors.joining(File.pathSeparator));
    }
}
