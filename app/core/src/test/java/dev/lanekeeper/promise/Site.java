package dev.lanekeeper.promise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.testkit.JavaCommand;
import dev.lanekeeper.testkit.KafkaBroker;
import dev.lanekeeper.testkit.PostgresDatabase;
import dev.lanekeeper.testkit.PostgresServer;
import dev.lanekeeper.work.ConservationSearch;
import dev.lanekeeper.work.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Where a promise is put to the test: a broker, a database, a topic, a producer that keeps a journal, and instances of the
 * application. Its random decisions come from one seed, which is printed.
 */
final class Site implements AutoCloseable {

    static final int WORKERS = 4;
    static final int CHUNK = 32;
    private static final Duration LONGEST = Duration.ofMinutes(25);
    private static final Path LOGS = Path.of("target", "promises");

    private final String name;
    private final Random random;
    private final KafkaBroker broker;
    private final PostgresServer postgres;
    private final PostgresDatabase database;
    private final boolean own;
    private final JdbcClient jdbc;
    private final Producing producing;
    private final List<Instance> instances = new ArrayList<>();

    private Site(String name, int resources, KafkaBroker broker, PostgresServer postgres, boolean own) {
        this.name = name;
        this.broker = broker;
        this.postgres = postgres;
        this.own = own;
        var seed = Long.getLong("seed", System.nanoTime());
        System.out.printf("%s: seed %d (-Dseed=%d)%n", name, seed, seed);
        this.random = new Random(seed);
        broker.createTopic(name, 6);
        this.database = postgres.createDatabase(name.replace('-', '_'));
        this.jdbc = JdbcClient.create(database.dataSource());
        Oracle.createTable(jdbc);
        this.producing = new Producing(broker.bootstrapServers(), name, resources, new Random(random.nextLong()));
    }

    /** With the broker and the server that all tests of this JVM share: they must not be harmed. */
    static Site shared(String name, int resources) {
        return new Site(name, resources, KafkaBroker.shared(), PostgresServer.shared(), false);
    }

    /** With a broker and a server of its own, which may be killed. */
    static Site own(String name, int resources) {
        return new Site(name, resources, KafkaBroker.create(), PostgresServer.create(), true);
    }

    Random random() {
        return random;
    }

    KafkaBroker broker() {
        return broker;
    }

    PostgresServer postgres() {
        return postgres;
    }

    PostgresDatabase database() {
        return database;
    }

    JdbcClient jdbc() {
        return jdbc;
    }

    Producing producing() {
        return producing;
    }

    Oracle oracle() {
        return new Oracle(jdbc, producing.journal());
    }

    /** Starts an instance; it is ended with the site. */
    Instance start(String... arguments) {
        return start(database, broker.bootstrapServers(), arguments);
    }

    /** Starts an instance that reaches its servers by other addresses. */
    Instance start(PostgresDatabase reached, String bootstrapServers, String... arguments) {
        var log = LOGS.resolve(name + "-" + (instances.size() + 1) + ".log");
        emptied(log);
        var instance = Instance.start(
                JavaCommand.of(EffectsApplication.class)
                        .sharingClasses()
                        .withOptions("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
                        .withArguments(settings(reached, bootstrapServers, arguments)),
                log,
                arguments);
        instances.add(instance);
        return instance;
    }

    /** Without those that the arguments give: Spring would take both for a list. */
    private String[] settings(PostgresDatabase reached, String bootstrapServers, String... arguments) {
        var given = Arrays.stream(arguments).map(Site::nameOf).toList();
        return Arrays.stream(usual(reached, bootstrapServers))
                .filter(setting -> !given.contains(nameOf(setting)))
                .toArray(String[]::new);
    }

    private static String nameOf(String setting) {
        return setting.substring(0, setting.indexOf('='));
    }

    private String[] usual(PostgresDatabase reached, String bootstrapServers) {
        return new String[] {
            "--topic=" + name,
            "--spring.datasource.url=" + reached.jdbcUrl(),
            "--spring.datasource.username=" + reached.username(),
            "--spring.datasource.hikari.maximum-pool-size=" + (WORKERS + 10),
            "--spring.datasource.hikari.connection-timeout=3000",
            "--spring.kafka.bootstrap-servers=" + bootstrapServers,
            "--spring.kafka.consumer.properties.session.timeout.ms=6000",
            "--spring.kafka.consumer.properties.heartbeat.interval.ms=1500",
            "--spring.main.web-application-type=none",
            "--spring.main.keep-alive=true",
            "--spring.main.banner-mode=off",
            "--logging.level.org.apache.kafka=ERROR",
            "--lanekeeper.workers=" + WORKERS,
            "--lanekeeper.run.chunk=" + CHUNK,
            "--lanekeeper.defaults.backoff-min=200ms",
            "--lanekeeper.defaults.backoff-max=2s"
        };
    }

    List<Instance> instances() {
        return instances;
    }

    /** How many effects there are; whatever was found last while the database is away. */
    long effects() {
        return jdbc.sql("SELECT count(*) FROM effect").query(Long.class).single();
    }

    /** Waits for a condition, which need not be answerable all the time; on failure the logs' ends are shown. */
    void awaitThat(String what, Duration patience, BooleanSupplier condition) {
        await(what).atMost(patience).pollInterval(Duration.ofMillis(200)).until(() -> {
            try {
                return condition.getAsBoolean();
            } catch (DataAccessException e) {
                return false;
            }
        });
    }

    /**
     * Waits until every produced event has an effect of each of these handlers, and no lane is left.
     *
     * @param patience how long nothing may move; a busy machine takes the time that it takes
     */
    void awaitEverythingDone(Duration patience, String... handlers) {
        var movement = new Movement(patience);
        await("every event is done")
                .atMost(LONGEST)
                .pollInterval(Duration.ofMillis(200))
                .failFast("nothing has moved for " + patience, movement::hasEnded)
                .until(() -> {
                    try {
                        movement.at(effects() - rows("lane"));
                        return isEverythingDone(handlers);
                    } catch (DataAccessException e) {
                        return false;
                    }
                });
    }

    private boolean isEverythingDone(String... handlers) {
        var produced = producing.journal().size();
        return effects() >= produced * handlers.length
                && rows("lane") == 0
                && rows("lane_item") == 0
                && Arrays.stream(handlers).allMatch(h -> distinctEffects(h) >= produced);
    }

    /** Whether something has changed lately. */
    private static final class Movement {

        private final Duration patience;
        private long last = Long.MIN_VALUE;
        private long sinceNanos = System.nanoTime();

        Movement(Duration patience) {
            this.patience = patience;
        }

        synchronized void at(long place) {
            if (place != last) {
                last = place;
                sinceNanos = System.nanoTime();
            }
        }

        synchronized boolean hasEnded() {
            return System.nanoTime() - sinceNanos > patience.toNanos();
        }
    }

    private long distinctEffects(String handler) {
        return jdbc.sql("SELECT count(*) FROM (SELECT DISTINCT resource, number FROM effect WHERE handler = ?) AS e")
                .param(handler)
                .query(Long.class)
                .single();
    }

    /** How many rows a table of Lanekeeper's has. */
    long rows(String table) {
        return jdbc.sql("SELECT count(*) FROM lanekeeper." + table)
                .query(Long.class)
                .single();
    }

    /** How many finished items of a handler ended in this state. */
    long finished(String handler, int state) {
        return jdbc.sql("""
                        SELECT count(*)
                          FROM lanekeeper.outcome AS o
                          JOIN lanekeeper.handler AS h USING (handler_id)
                         WHERE h.name = ? AND o.state = ?
                        """).param(handler).param(state).query(Long.class).single();
    }

    void assertNumbersAddUp() {
        assertThat(new ConservationSearch(new Database(database.dataSource(), "lanekeeper")).faults())
                .isEmpty();
    }

    /** Where things are, for the message of a failure. */
    private String state() {
        try {
            return jdbc.sql("""
                            SELECT 'effects ' || (SELECT count(*) FROM effect)
                                   || ', nodes ' || (SELECT coalesce(string_agg(node_id || ' renewed ' || (now() - renewed_at), ', '), '')
                                                       FROM lanekeeper.node)
                                   || ', lanes owned ' || count(*) FILTER (WHERE owner_run IS NOT NULL)
                                   || ', ready ' || count(*) FILTER (WHERE owner_run IS NULL AND due_at <= now())
                                   || ', blocked ' || count(*) FILTER (WHERE owner_run IS NULL AND due_at > now())
                                   || ', parked ' || count(*) FILTER (WHERE parked_at IS NOT NULL)
                                   || ', consumed ' || (SELECT coalesce(sum(consumed), 0) FROM lanekeeper.partition_progress)
                              FROM lanekeeper.lane
                            """).query(String.class).single()
                    + ", produced " + producing.journal().size();
        } catch (DataAccessException e) {
            return "the database does not answer: " + e;
        }
    }

    /** The last lines of every instance's log. */
    String endsOfLogs() {
        return instances.stream().map(Instance::endOfLog).collect(Collectors.joining("\n\n"));
    }

    /** Runs a test on this site and shows the ends of all logs when it fails. */
    void showing(Trial trial) {
        try {
            trial.run();
        } catch (Throwable e) {
            throw new AssertionError(e.getMessage() + "\n\n" + state() + "\n\n" + endsOfLogs(), e);
        }
    }

    /** What a test does on a site. */
    interface Trial {
        void run() throws Exception;
    }

    /** Prepares the file of an instance that was started before, in another test run. */
    static void emptied(Path log) {
        try {
            Files.createDirectories(log.getParent());
            Files.deleteIfExists(log);
        } catch (IOException e) {
            throw new UncheckedIOException("Could not prepare " + log, e);
        }
    }

    @Override
    public void close() {
        instances.forEach(Instance::close);
        producing.close();
        if (own) {
            broker.close();
            postgres.close();
        }
    }
}
