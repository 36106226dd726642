package dev.lanekeeper.promise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.testkit.JavaCommand;
import dev.lanekeeper.testkit.PostgresDatabase;
import dev.lanekeeper.testkit.PostgresServer;
import dev.lanekeeper.testkit.RedisServer;
import dev.lanekeeper.work.ConservationSearch;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.Schema;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Instances of one application that share a database, and a Redis if they are to: processes that may be killed and frozen. Its
 * random decisions come from one seed, which is printed.
 */
final class Fleet implements AutoCloseable {

    static final int WORKERS = 5;
    static final int JOBS = 25;
    static final Duration LEASE = Duration.ofSeconds(3);
    private static final int KEYS = 3;
    private static final int LONGEST_MILLIS = 40;
    private static final Path LOGS = Path.of("target", "promises");

    private final String name;
    private final Random random;
    private final PostgresDatabase database;
    private final JdbcClient jdbc;
    private final @Nullable RedisServer redis;
    private final List<Instance> instances = new ArrayList<>();
    private final WaitersSeen waiters;
    private @Nullable ConfigurableApplicationContext here;
    private long calls;

    private Fleet(String name, @Nullable RedisServer redis) {
        this.name = name;
        this.redis = redis;
        var seed = Long.getLong("seed", System.nanoTime());
        System.out.printf("%s: seed %d (-Dseed=%d)%n", name, seed, seed);
        this.random = new Random(seed);
        this.database = PostgresServer.shared().createDatabase(name.replace('-', '_'));
        this.jdbc = JdbcClient.create(database.dataSource());
        this.waiters = new WaitersSeen(jdbc);
        new Schema(new Database(database.dataSource(), "lanekeeper")).migrate();
        createTables();
        keepReleases();
    }

    /** Locks are in the database alone. */
    static Fleet alone(String name) {
        return new Fleet(name, null);
    }

    /** Locks are in a Redis of its own too. */
    static Fleet withRedis(String name) {
        return new Fleet(name, RedisServer.create());
    }

    private void createTables() {
        jdbc.sql("""
                        CREATE TABLE call (
                          n           bigint  PRIMARY KEY,
                          scenario    text    NOT NULL,
                          key         text    NOT NULL,
                          other       text    NOT NULL,
                          millis      integer NOT NULL,
                          within      boolean NOT NULL,
                          last        boolean NOT NULL,
                          pid         bigint,
                          called_at   timestamptz,
                          answered_at timestamptz,
                          answer      text,
                          id          bigint,
                          of_id       bigint)
                        """).update();
        jdbc.sql("CREATE INDEX call_open ON call (n) WHERE called_at IS NULL").update();
        jdbc.sql("""
                        CREATE TABLE visit (
                          id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                          scenario   text   NOT NULL,
                          key        text   NOT NULL,
                          other      text   NOT NULL,
                          n          bigint NOT NULL,
                          item       bigint NOT NULL,
                          token      bigint NOT NULL,
                          pid        bigint NOT NULL,
                          entered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                          left_at    timestamptz)
                        """).update();
        jdbc.sql("CREATE TABLE told (scenario text NOT NULL, what text NOT NULL)")
                .update();
        jdbc.sql("CREATE TABLE gone (pid bigint NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp())")
                .update();
    }

    /** Has the database write down when others could be enqueued beside an item; its lock's row goes away with the item. */
    private void keepReleases() {
        jdbc.sql("CREATE TABLE released (item bigint NOT NULL, at timestamptz NOT NULL)")
                .update();
        jdbc.sql("""
                        CREATE FUNCTION keep_release() RETURNS trigger LANGUAGE plpgsql AS $$
                        BEGIN
                          INSERT INTO public.released (item, at) VALUES (NEW.holder_id, NEW.released_at);
                          RETURN NULL;
                        END $$
                        """).update();
        jdbc.sql("""
                        CREATE TRIGGER keep_release AFTER UPDATE OF released_at ON lanekeeper.unique_lock
                           FOR EACH ROW
                          WHEN (OLD.released_at IS NULL AND NEW.released_at IS NOT NULL)
                               EXECUTE FUNCTION keep_release()
                        """).update();
    }

    Random random() {
        return random;
    }

    JdbcClient jdbc() {
        return jdbc;
    }

    RedisServer redis() {
        if (redis == null) {
            throw new IllegalStateException("this fleet has no Redis");
        }
        return redis;
    }

    List<Instance> instances() {
        return instances;
    }

    /** Starts an instance, which enqueues by two threads unless the arguments say otherwise; it is ended with the fleet. */
    Instance start(String... arguments) {
        var log = LOGS.resolve(name + "-" + (instances.size() + 1) + ".log");
        Site.emptied(log);
        var instance = Instance.start(
                JavaCommand.of(FleetApplication.class)
                        .withOptions("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"),
                log,
                arguments(arguments));
        instances.add(instance);
        return instance;
    }

    /** Starts one in a process of its own and one in this process, which is the quickest way to two; returns when both are up. */
    Fleet startedHereAndThere() {
        var there = start();
        here = new SpringApplication(FleetApplication.class).run(arguments());
        there.awaitUp();
        return this;
    }

    /** Starts two, and returns when both are up. */
    Fleet started() {
        start();
        start();
        instances.forEach(Instance::awaitUp);
        return this;
    }

    /** What an instance is started with; the last of two that say the same counts. */
    String[] arguments(String... more) {
        var given = Stream.of(more).map(Fleet::nameOf).toList();
        var usual = Stream.of(
                "--spring.datasource.url=" + database.jdbcUrl(),
                "--spring.datasource.username=" + database.username(),
                "--spring.datasource.hikari.maximum-pool-size=" + (WORKERS + 10),
                "--spring.datasource.hikari.connection-timeout=3000",
                "--spring.main.web-application-type=none",
                "--spring.main.keep-alive=true",
                "--spring.main.banner-mode=off",
                "--fleet.callers=2",
                "--lanekeeper.workers=" + WORKERS,
                "--lanekeeper.outbox.sleep=100ms");
        var shared = redis == null
                ? Stream.<String>empty()
                : Stream.of(
                        "--lanekeeper.locks.redis.address=" + redis.uri(),
                        "--lanekeeper.locks.redis.lease=" + LEASE.toMillis() + "ms");
        return Stream.concat(Stream.concat(usual, shared).filter(a -> !given.contains(nameOf(a))), Stream.of(more))
                .toArray(String[]::new);
    }

    private static String nameOf(String argument) {
        return argument.substring(0, argument.indexOf('='));
    }

    /** One job that an instance is to enqueue. */
    private record Wish(LockScenario scenario, int key, int other, int millis, boolean within, boolean last) {}

    /** Has so many jobs of each scenario enqueued, one scenario after the other, by whichever instances enqueue. */
    void call(List<LockScenario> scenarios, int jobs) {
        var order = new ArrayList<>(scenarios);
        Collections.shuffle(order, random);
        write(order.stream()
                .flatMap(s -> Collections.nCopies(jobs, s).stream())
                .map(scenario -> {
                    var key = random.nextInt(KEYS);
                    var other = (key + 1 + random.nextInt(KEYS - 1)) % KEYS;
                    var millis = 5 + random.nextInt(LONGEST_MILLIS);
                    return new Wish(scenario, key, other, millis, random.nextInt(5) == 0, false);
                })
                .toList());
    }

    /** Has jobs of one key enqueued, outside of transactions; returns the number of the first. */
    long call(LockScenario scenario, int jobs, int millis) {
        return write(Collections.nCopies(jobs, new Wish(scenario, 0, 1, millis, false, false)));
    }

    /** Has one more job of each key enqueued, which nobody's lock may stop since nobody is there. */
    void callLast(List<LockScenario> scenarios) {
        var wishes = new ArrayList<Wish>();
        for (var scenario : scenarios) {
            for (var key = 0; key < KEYS; key++) {
                wishes.add(new Wish(scenario, key, (key + 1) % KEYS, 1, false, true));
            }
        }
        write(wishes);
    }

    private long write(List<Wish> wishes) {
        var first = calls + 1;
        calls += wishes.size();
        jdbc.sql("""
                        INSERT INTO call (n, scenario, key, other, millis, within, last)
                        SELECT ? + place, scenario, 'k' || key, 'k' || other, millis, within, last
                          FROM unnest(?::text[], ?::int[], ?::int[], ?::int[], ?::boolean[], ?::boolean[]) WITH ORDINALITY
                               AS w (scenario, key, other, millis, within, last, place)
                        """)
                .param(first - 1)
                .param(wishes.stream().map(w -> w.scenario().id()).toArray(String[]::new))
                .param(wishes.stream().mapToInt(Wish::key).toArray())
                .param(wishes.stream().mapToInt(Wish::other).toArray())
                .param(wishes.stream().mapToInt(Wish::millis).toArray())
                .param(wishes.stream().map(Wish::within).toArray(Boolean[]::new))
                .param(wishes.stream().map(Wish::last).toArray(Boolean[]::new))
                .update();
        return first;
    }

    /** Has so many jobs enqueued, of these scenarios in turn, for so many keys each. */
    void callMany(List<LockScenario> scenarios, int jobs, int keys) {
        many(scenarios, jobs, keys).sql("""
                        INSERT INTO call (n, scenario, key, other, millis, within, last)
                        SELECT n, scenario, key, other, 0, n % 5 = 0, false
                          FROM wish
                        """);
    }

    /** The same by SQL, in one transaction, as any program may enqueue. */
    void submitMany(List<LockScenario> scenarios, int jobs, int keys) {
        many(scenarios, jobs, keys).sql("""
                        , entry AS (
                             INSERT INTO lanekeeper.outbox_entry (context, event_name, causality_key, arguments)
                             SELECT 'lanekeeper.jobs', w.scenario, CASE WHEN w.in_lanes THEN w.key END,
                                    json_strip_nulls(json_build_object(
                                        'payload', json_build_object('n', w.n, 'key', w.key, 'other', w.other, 'millis', 0),
                                        'unique', s.unique_rule::json,
                                        'uniqueKey', CASE WHEN s.unique_rule IS NOT NULL THEN w.key END))
                               FROM wish AS w
                               JOIN lanekeeper.handler AS h ON h.name = w.scenario
                               JOIN lanekeeper.outbox_subscription AS s ON s.handler_id = h.handler_id AND s.kind = 4
                              ORDER BY w.n
                             RETURNING entry_id, (arguments::json -> 'payload' ->> 'n')::bigint AS n)
                        INSERT INTO call (n, scenario, key, other, millis, within, last, pid, called_at, answered_at, answer, id)
                        SELECT w.n, w.scenario, w.key, w.other, 0, true, false, 0, clock_timestamp(), clock_timestamp(), 'Submitted',
                               e.entry_id
                          FROM wish AS w
                          JOIN entry AS e USING (n)
                        """);
    }

    private Many many(List<LockScenario> scenarios, int jobs, int keys) {
        var first = calls;
        calls += jobs;
        return statement -> jdbc.sql("""
                        WITH wish AS (
                             SELECT n, (:ids::text[])[1 + (n % :scenarios)::int] AS scenario, 'm' || n * 31 % :keys AS key,
                                    'm' || n * 37 % :keys AS other, (:lanes::boolean[])[1 + (n % :scenarios)::int] AS in_lanes
                               FROM generate_series(:first + 1, :first + :jobs) AS n)
                        """ + statement)
                .param("ids", scenarios.stream().map(LockScenario::id).toArray(String[]::new))
                .param("lanes", scenarios.stream().map(LockScenario::inLanes).toArray(Boolean[]::new))
                .param("scenarios", scenarios.size())
                .param("keys", keys)
                .param("first", first)
                .param("jobs", jobs)
                .update();
    }

    /** Jobs in a table {@code wish}, for a statement that does something with them. */
    private interface Many {
        int sql(String statement);
    }

    /** This process is dead or frozen from now on; whoever comes after it comes much later than this. */
    void gone(Instance instance) {
        jdbc.sql("INSERT INTO gone (pid) VALUES (?)")
                .param(instance.process().pid())
                .update();
    }

    void kill9(Instance instance) {
        instance.kill9();
        gone(instance);
    }

    /** Returns when all calls were made and all that came of them has ended. */
    void awaitDone(Duration patience) {
        awaitThat("everything is done", patience, () -> {
            waiters.look();
            return jdbc.sql("""
                SELECT NOT EXISTS (
                           SELECT
                             FROM call AS c
                            WHERE c.called_at IS NULL
                               OR (c.answered_at IS NULL AND c.pid NOT IN (SELECT pid FROM gone)))
                       AND NOT EXISTS (SELECT FROM lanekeeper.outbox_entry)
                       AND NOT EXISTS (SELECT FROM lanekeeper.scheduled_job)
                       AND NOT EXISTS (SELECT FROM lanekeeper.lane_item)
                       AND NOT EXISTS (SELECT FROM lanekeeper.lane)
                """).query(Boolean.class).single();
        });
    }

    /** Returns when what was locked for a time is free. */
    void awaitExpiry() {
        awaitThat("all locks have expired", Duration.ofSeconds(30), """
                SELECT NOT EXISTS (SELECT FROM lanekeeper.unique_lock WHERE expires_at > clock_timestamp())
                """);
    }

    /** Returns when no lock is held any more, here or in Redis, and the rows are gone of all but those that had a time. */
    void awaitNothingLeft() {
        await("no lock is left")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(() -> {
                    assertThat(LocksLeft.thatCount(jdbc)).isEmpty();
                    if (redis != null) {
                        assertThat(LocksLeft.inRedis(redis.uri())).isEmpty();
                    }
                });
    }

    /** Starts an instance again, as a node sweeps up when it starts, and returns when all rows of locks are gone. */
    void awaitSweptUp() {
        var instance = instances.get(0);
        instance.stop();
        instance.startAgain();
        await("all rows of locks are swept up")
                .atMost(Instance.PATIENCE.plusSeconds(60))
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(() -> assertThat(LocksLeft.rows(jdbc)).isEmpty());
    }

    void awaitThat(String what, Duration patience, String condition) {
        awaitThat(what, patience, () -> jdbc.sql(condition).query(Boolean.class).single());
    }

    private static void awaitThat(String what, Duration patience, BooleanSupplier condition) {
        await(what).atMost(patience).pollInterval(Duration.ofMillis(50)).until(() -> {
            try {
                return condition.getAsBoolean();
            } catch (DataAccessException e) {
                return false;
            }
        });
    }

    /** Who was seen to wait behind whom while {@link #awaitDone} waited. */
    WaitersSeen waiters() {
        return waiters;
    }

    long count(String of) {
        return jdbc.sql("SELECT count(*) FROM " + of).query(Long.class).single();
    }

    /** What does not add up in the books. */
    List<String> faultsOfTheBooks() {
        return new ConservationSearch(new Database(database.dataSource(), "lanekeeper")).faults();
    }

    /** Runs a test and shows where things are, and the ends of all logs, when it fails. */
    void showing(Site.Trial trial) {
        try {
            trial.run();
        } catch (Throwable e) {
            throw new AssertionError(e.getMessage() + "\n\n" + state() + "\n\n" + endsOfLogs(), e);
        }
    }

    private String state() {
        var tables = Stream.of(
                        "call WHERE called_at IS NULL",
                        "call WHERE called_at IS NOT NULL AND answered_at IS NULL",
                        "lanekeeper.outbox_entry",
                        "lanekeeper.scheduled_job",
                        "lanekeeper.lane WHERE owner_run IS NOT NULL",
                        "lanekeeper.lane",
                        "lanekeeper.lane_item",
                        "lanekeeper.unique_lock",
                        "lanekeeper.run_lock",
                        "lanekeeper.lock_waiter")
                .map(t -> count(t) + " in " + t)
                .collect(Collectors.joining("\n"));
        var unfinished = jdbc.sql("""
                        SELECT DISTINCT h.name
                          FROM lanekeeper.lane_item AS i
                          JOIN lanekeeper.handler AS h USING (handler_id)
                        """).query(String.class).list();
        return tables + "\nunfinished: " + unfinished;
    }

    private String endsOfLogs() {
        return instances.stream().map(Instance::endOfLog).collect(Collectors.joining("\n\n"));
    }

    @Override
    public void close() {
        instances.forEach(Instance::close);
        if (here != null) {
            here.close();
        }
        if (redis != null) {
            redis.close();
        }
    }
}
