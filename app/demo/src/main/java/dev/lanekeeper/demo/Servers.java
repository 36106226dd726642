package dev.lanekeeper.demo;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The two servers that an application needs, on a folder of data.
 *
 * @param webPort a free one for the application itself
 */
record Servers(Postgres postgres, Broker broker, int webPort) {

    /** Everything that is started is handed to the services, which stop it. */
    static Servers start(Services services, DemoOptions options, Set<String> topics) {
        sweep(options.folder());
        var folder = services.start(() -> take(options.folder()));
        if (options.fresh()) {
            folder.empty();
        }
        var ports = options.ports();
        var postgresPort = LoopbackPort.claim(ports.postgres(), "PostgreSQL", "--postgres-port");
        var kafkaPort = LoopbackPort.claim(ports.kafka(), "Kafka", "--kafka-port");
        var webPort = LoopbackPort.claim(ports.web(), "the console", "--port");
        var controllerPort = LoopbackPort.claim(0, "Kafka's controller", "");
        // The one is a process of its own: both at once take as long as the slower one.
        var postgres = CompletableFuture.supplyAsync(
                () -> services.start(() -> Postgres.start(folder, postgresPort)), Servers::inBackground);
        var broker = services.start(() -> Broker.start(folder, kafkaPort, controllerPort));
        broker.createTopics(topics);
        return new Servers(await(postgres), broker, webPort);
    }

    private static void inBackground(Runnable start) {
        var thread = new Thread(start, "demo-postgres");
        thread.setDaemon(true);
        thread.start();
    }

    private static Postgres await(CompletableFuture<Postgres> postgres) {
        try {
            return postgres.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** Stops what killed runs have left on the folders beside this one; those of running demos are left alone. */
    private static void sweep(Path folder) {
        DataFolder.beside(folder).forEach(other -> DataFolder.take(other).ifPresent(DataFolder::close));
    }

    private static DataFolder take(Path folder) {
        return DataFolder.take(folder)
                .orElseThrow(() -> new Unusable("A demo is running with the data in " + folder
                        + ". Stop it with Ctrl-C, or choose other data with --data FOLDER."));
    }
}
