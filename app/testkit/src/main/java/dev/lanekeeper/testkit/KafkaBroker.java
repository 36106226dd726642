package dev.lanekeeper.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * A real Kafka broker (with its own controller) on 127.0.0.1 in a process of its own, which tests may kill, freeze and
 * start again: its port and its data stay until {@link #close}. It never outlives this JVM.
 *
 * <p>Topics are not created by use. A consumer group forms at once, and sessions may be as short as 500 ms. {@link
 * #shared} gives the one broker that all tests of a JVM use, each with topics of its own. All methods may be called
 * from any thread.
 */
public final class KafkaBroker implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String STARTED = "Kafka Server started";

    private final Path folder = Folders.create("kafka");
    private final Path properties = folder.resolve("server.properties");
    private final int port = Ports.free();
    private final int behindProxy = Ports.free();
    private final int proxy = Ports.free();
    private final JavaCommand command;
    private final Guardian guardian = Guardian.of(folder, "KILL");
    private @Nullable JavaProcess process;

    private KafkaBroker(Map<String, String> settings, String... options) {
        var all = new TreeMap<>(settings());
        all.putAll(settings);
        var lines = all.entrySet().stream().map(setting -> setting.getKey() + "=" + setting.getValue() + "\n");
        Folders.append(properties, lines.collect(Collectors.joining()));
        command = JavaCommand.of(BrokerMain.class)
                .sharingClasses()
                // A broker of a test lives for seconds: compiling it well would cost more than it saves.
                .withOptions("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
                .withOptions("-Dlogback.configurationFile=kafka-broker-logback.xml")
                .withOptions(options)
                .withArguments(properties.toString(), Uuid.randomUuid().toString());
    }

    /** The broker of this JVM, started by the first call and ended after the JVM; do not close it. */
    public static KafkaBroker shared() {
        return Shared.BROKER;
    }

    /** Starts a broker of its own. */
    public static KafkaBroker create() {
        return create(Map.of());
    }

    /**
     * Starts a broker of its own with settings, and options of its JVM, in addition to, or instead of, the usual ones.
     * A benchmark may want {@code -XX:TieredStopAtLevel=4}, the default of Java: here the broker is compiled for a
     * quick start.
     */
    public static KafkaBroker create(Map<String, String> settings, String... options) {
        var broker = new KafkaBroker(settings, options);
        try {
            broker.start();
            return broker;
        } catch (RuntimeException e) {
            broker.close();
            throw e;
        }
    }

    /** The address for clients. */
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    /**
     * Returns a new proxy in front of the broker; clients that were given {@code "127.0.0.1:" + proxy.port()} stay
     * behind it, because the broker names the proxy's address to them. There can be only one at a time; the caller
     * closes it.
     */
    public TcpProxy proxy() {
        return TcpProxy.on(proxy, behindProxy);
    }

    /** Starts the broker again and returns when it serves clients; does nothing while it runs. */
    public synchronized void start() {
        if (process != null && process.isAlive()) {
            return;
        }
        kill9();
        process = command.start();
        guardian.watch(process.pid());
        process.awaitLine(STARTED, PATIENCE);
    }

    /** Stops the broker in good order. */
    public synchronized void stop() {
        if (process != null) {
            process.terminate();
            process.waitFor(PATIENCE);
            kill9();
        }
    }

    /** Stops the broker in good order and starts it on the same port with the same data. */
    public synchronized void restart() {
        stop();
        start();
    }

    /**
     * Kills the broker's process; {@link #start} starts it again, which takes some seconds longer than after {@link
     * #stop}.
     */
    public synchronized void kill9() {
        if (process != null) {
            guardian.watchNothing();
            process.close();
            process = null;
        }
    }

    /**
     * Stops the broker's process without ending it: clients keep their connections and get no answers until {@link
     * #thaw}.
     */
    public void freeze() {
        running().freeze();
    }

    public void thaw() {
        running().thaw();
    }

    /** The broker's process. */
    public long pid() {
        return running().pid();
    }

    /** The processor time of the broker's process since it was started. */
    public Duration cpu() {
        return new ProcessTree(pid()).cpu();
    }

    /** Creates a topic with one replica. */
    public void createTopic(String name, int partitions) {
        createTopic(name, partitions, Map.of());
    }

    /** Creates a topic with one replica and settings like {@code retention.ms}; returns when clients can use it. */
    public void createTopic(String name, int partitions, Map<String, String> settings) {
        try (var admin = admin()) {
            var topic = new NewTopic(name, partitions, (short) 1).configs(settings);
            await(admin.createTopics(List.of(topic)).all(), "create topic " + name);
            awaitTopic(admin, name, true);
        }
    }

    /** Deletes a topic; returns when clients no longer see it. */
    public void deleteTopic(String name) {
        try (var admin = admin()) {
            await(admin.deleteTopics(List.of(name)).all(), "delete topic " + name);
            awaitTopic(admin, name, false);
        }
    }

    /** Returns a new client for everything else; the caller closes it. */
    public Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", bootstrapServers()));
    }

    /**
     * How the broker is, for the message of a test that waited for it in vain: whether it runs, its topics with their
     * leaders as it tells them to a new client, and the end of its log. Never fails.
     */
    public synchronized String condition() {
        if (process == null) {
            return "the broker is stopped";
        }
        return "the broker %s; topics: %s; %s"
                .formatted(process.isAlive() ? "runs" : "has ended", leaders(), LogTail.of(process.log()));
    }

    private String leaders() {
        try (var admin = admin()) {
            var names = admin.listTopics().names().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return admin.describeTopics(names)
                    .allTopicNames()
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                    .values()
                    .toString();
        } catch (ExecutionException | TimeoutException e) {
            return "no answer, " + e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    /** Kills the broker and removes its data. */
    @Override
    public void close() {
        kill9();
        guardian.close();
        Folders.remove(folder);
    }

    private synchronized JavaProcess running() {
        if (process == null) {
            throw new IllegalStateException("The broker is stopped");
        }
        return process;
    }

    /** The controller answers before the broker shows the change to clients. */
    private static void awaitTopic(Admin admin, String name, boolean exists) {
        var what = (exists ? "see topic " : "see the end of topic ") + name;
        if (!Deadline.in(PATIENCE)
                .await(() -> await(admin.listTopics().names(), what).contains(name) == exists)) {
            throw new IllegalStateException("Could not " + what);
        }
    }

    private static <T> T await(KafkaFuture<T> future, String what) {
        try {
            return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("Could not " + what, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted: " + what, e);
        }
    }

    private Map<String, String> settings() {
        int controller = Ports.free();
        return Map.ofEntries(
                Map.entry("process.roles", "broker,controller"),
                Map.entry("node.id", "1"),
                Map.entry("controller.quorum.voters", "1@127.0.0.1:" + controller),
                Map.entry(
                        "listeners",
                        "PLAINTEXT://127.0.0.1:%d,PROXIED://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d"
                                .formatted(port, behindProxy, controller)),
                Map.entry(
                        "advertised.listeners",
                        "PLAINTEXT://127.0.0.1:%d,PROXIED://127.0.0.1:%d".formatted(port, proxy)),
                Map.entry(
                        "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT"),
                Map.entry("inter.broker.listener.name", "PLAINTEXT"),
                Map.entry("controller.listener.names", "CONTROLLER"),
                Map.entry("log.dirs", folder.resolve("data").toString()),
                Map.entry("auto.create.topics.enable", "false"),
                // A killed broker may register again only after its old session.
                Map.entry("broker.session.timeout.ms", "1500"),
                Map.entry("broker.heartbeat.interval.ms", "300"),
                Map.entry("group.initial.rebalance.delay.ms", "0"),
                Map.entry("group.min.session.timeout.ms", "500"),
                Map.entry("offsets.topic.replication.factor", "1"),
                Map.entry("offsets.topic.num.partitions", "4"),
                Map.entry("transaction.state.log.replication.factor", "1"),
                Map.entry("transaction.state.log.min.isr", "1"),
                Map.entry("transaction.state.log.num.partitions", "4"),
                Map.entry("share.coordinator.state.topic.replication.factor", "1"),
                Map.entry("share.coordinator.state.topic.min.isr", "1"),
                Map.entry("message.max.bytes", "16777216"),
                // A broker that is alone is always the best leader of its partitions, also after a kill.
                Map.entry("unclean.leader.election.enable", "true"),
                Map.entry("unclean.leader.election.interval.ms", "1000"),
                // The default takes a third of the heap.
                Map.entry("log.cleaner.dedupe.buffer.size", "8388608"));
    }

    private static final class Shared {
        static final KafkaBroker BROKER = create();
    }
}
