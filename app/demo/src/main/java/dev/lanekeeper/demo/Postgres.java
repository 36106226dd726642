package dev.lanekeeper.demo;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A PostgreSQL of the demo's own, as durable as in production; its data stays. */
record Postgres(EmbeddedPostgres server, Path data) implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    static Postgres start(DataFolder folder, int port) throws IOException {
        var data = folder.postgres();
        var log = Files.createDirectories(data.getParent()).resolve("postgres.log");
        try {
            var server = EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setRegisterShutdownHook(false)
                    .setPort(port)
                    .setPGStartupWait(PATIENCE)
                    .setLocaleConfig("locale", "C")
                    .setServerConfig("listen_addresses", "127.0.0.1")
                    .setServerConfig("unix_socket_directories", "''")
                    // The library is for tests and switches both off.
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("shared_buffers", "256MB")
                    .setServerConfig("max_connections", "100")
                    .setOutputRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .setErrorRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            return new Postgres(server, data);
        } catch (IOException | RuntimeException e) {
            OrphanedPostgres.in(data).ifPresent(OrphanedPostgres::stop);
            throw new Unusable("PostgreSQL did not start on " + data + " (" + e + "). " + log
                    + " tells why; --fresh removes the data of earlier runs.");
        }
    }

    String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres";
    }

    String username() {
        return "postgres";
    }

    /** For psql. */
    String address() {
        return "postgresql://postgres@127.0.0.1:" + server.getPort() + "/postgres";
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
