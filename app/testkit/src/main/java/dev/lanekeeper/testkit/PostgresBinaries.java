package dev.lanekeeper.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * The PostgreSQL programs of the binaries on the class path, unpacked once for each version into the folder for
 * temporary files and shared by all JVMs after that.
 */
record PostgresBinaries(Path home) {

    private static final String ARCHIVE = "/postgres-linux-x86_64.txz";

    static PostgresBinaries unpacked() {
        try {
            var folder = Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir"), "lanekeeper-testkit"));
            var home = folder.resolve("postgres-" + checksum());
            try (var channel = FileChannel.open(
                            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    var lock = channel.lock()) {
                if (!Files.exists(home)) {
                    unpackInto(home);
                }
            }
            return new PostgresBinaries(home);
        } catch (IOException e) {
            throw new UncheckedIOException("Could not unpack PostgreSQL", e);
        }
    }

    /**
     * The command that runs a program; as root in a user namespace of its own, because PostgreSQL refuses to run as
     * root.
     */
    List<String> command(String program, String... arguments) {
        var plain = Stream.concat(Stream.of(home.resolve("bin/" + program).toString()), Stream.of(arguments));
        if (!"root".equals(System.getProperty("user.name"))) {
            return plain.toList();
        }
        if (!Commands.succeeds("unshare", "-U", "true")) {
            throw new IllegalStateException("PostgreSQL does not run as root, and this machine allows no user namespace"
                    + " (unshare -U): run the tests as an ordinary user");
        }
        return Stream.concat(Stream.of("unshare", "-U"), plain).toList();
    }

    private static InputStream archive() {
        return Objects.requireNonNull(
                PostgresBinaries.class.getResourceAsStream(ARCHIVE), "No PostgreSQL binaries on the class path");
    }

    private static String checksum() throws IOException {
        try (var in = new DigestInputStream(archive(), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Unpacks beside the final place and moves at the end, so that an interrupted unpacking leaves nothing half done
     * there.
     */
    private static void unpackInto(Path home) throws IOException {
        var draft = Files.createTempDirectory(home.getParent(), "draft");
        try (var tar = new TarArchiveInputStream(new XZCompressorInputStream(archive()))) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                write(entry, tar, draft.resolve(entry.getName()));
            }
        }
        // The user inside the namespace is another one.
        Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.move(draft, home, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void write(TarArchiveEntry entry, InputStream content, Path target) throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(target);
            return;
        }
        Files.createDirectories(target.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
            return;
        }
        Files.copy(content, target);
        boolean executable = (entry.getMode() & 0100) != 0;
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }
}
