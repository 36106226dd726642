package dev.lanekeeper.dispatch;

import static dev.lanekeeper.dispatch.TestNode.handler;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.operations.HandlerOperations;
import dev.lanekeeper.operations.Operator;
import dev.lanekeeper.operations.Setting;
import dev.lanekeeper.operations.SettingAnswer;
import dev.lanekeeper.operations.SettingAnswer.Changed;
import dev.lanekeeper.operations.SettingAnswer.NotFound;
import dev.lanekeeper.operations.SettingAnswer.Refused;
import dev.lanekeeper.operations.SettingAnswer.Unchanged;
import dev.lanekeeper.operations.SettingChange;
import dev.lanekeeper.operations.SettingOperations;
import dev.lanekeeper.setting.SettingName;
import dev.lanekeeper.work.MigratedDatabase;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Somebody changes a setting at one node, and another one, which does the work, goes by it. */
class SettingsOfTwoNodesTest {

    private static final Operator ANNA = new Operator("anna", "too slow");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Two seconds for the change, and what a busy machine needs. */
    private static final Duration SOON = Duration.ofSeconds(4);

    private static final AtomicInteger DATABASES = new AtomicInteger();

    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger calls = new AtomicInteger();
    private final CountDownLatch release = new CountDownLatch(1);
    private TestNode here;
    private TestNode there;
    private SettingOperations settings;

    @BeforeEach
    void startNodes() {
        var database = MigratedDatabase.create("settings_" + DATABASES.incrementAndGet());
        // The node here has no work: only the one there is told of records.
        there = TestNode.on(TestNode.pool(database.jdbcUrl(), database.username()), 6, orders());
        here = TestNode.on(
                TestNode.pool(database.jdbcUrl(), database.username()), 6, handler("else", c -> Outcome.ack()));
        settings = new SettingOperations(here.database, here.settings, 64 << 20);
    }

    @AfterEach
    void stopNodes() {
        release.countDown();
        here.close();
        there.close();
    }

    private HandlerDefinition orders() {
        return handler("orders", context -> {
            calls.incrementAndGet();
            var resource = String.valueOf(context.resource());
            if (resource.startsWith("slow")) {
                running.incrementAndGet();
                release.await(60, TimeUnit.SECONDS);
                running.decrementAndGet();
                return Outcome.ack();
            }
            if (resource.startsWith("bad")) {
                throw new IllegalStateException("never");
            }
            return Outcome.ack();
        });
    }

    @Test
    void retriesAsOftenAsAPersonHasSet() {
        assertThat(settings.set(ANNA, "orders", SettingName.MAX_RETRIES, "0")).isEqualTo(new Changed(null, "0"));
        awaitSeenThere(SettingName.MAX_RETRIES, "0");

        there.store("orders", 0, "bad");

        await().atMost(PATIENCE).until(() -> there.count("lanekeeper.outcome WHERE state = 2") == 1);
        assertThat(calls).hasValue(1);
    }

    @Test
    void givesAHandlerNoMoreWorkersThanItsShare() {
        settings.set(ANNA, "orders", SettingName.WORKER_SHARE, "2");
        awaitSeenThere(SettingName.WORKER_SHARE, "2");

        there.store("orders", 0, IntStream.range(0, 6).mapToObj(i -> "slow" + i).toArray(String[]::new));

        await().atMost(PATIENCE).until(() -> running.get() == 2);
        await().during(Duration.ofMillis(1_200)).atMost(PATIENCE).until(() -> running.get() == 2);
        settings.reset(ANNA, "orders", SettingName.WORKER_SHARE);
        await().atMost(SOON).until(() -> running.get() == 6);
    }

    @Test
    void stopsHandlingWithinTwoSecondsAndGoesOn() {
        var handlers = new HandlerOperations(here.database);
        handlers.pauseProcessing("orders", ANNA);
        await().atMost(SOON).until(() -> there.settings.isProcessingPaused(there.number("orders")));

        there.store("orders", 0, "a", "b", null);

        await().during(Duration.ofMillis(1_200)).atMost(PATIENCE).until(() -> calls.get() == 0);
        handlers.resumeProcessing("orders", ANNA);
        await().atMost(SOON).until(() -> calls.get() == 3);
    }

    private void awaitSeenThere(SettingName name, String value) {
        await().atMost(SOON)
                .until(() ->
                        there.settings.of(there.number("orders")).text(name).equals(value));
    }

    @Test
    void showsWhatCountsAndWhoChangedWhat() {
        var atWork = new SettingOperations(there.database, there.settings, 1 << 20);
        settings.set(ANNA, "orders", SettingName.FLUSH_SIZE, "7");
        assertThat(settings.set(ANNA, "orders", SettingName.FLUSH_SIZE, "7")).isInstanceOf(Unchanged.class);
        settings.set(new Operator("bert", null), "orders", SettingName.FLUSH_SIZE, "8");

        assertThat(atWork.of("orders"))
                .filteredOn(s -> s.name() == SettingName.FLUSH_SIZE)
                .singleElement()
                .satisfies(s -> {
                    assertThat(s.propertyValue()).isEqualTo("500");
                    assertThat(s.consoleValue()).isEqualTo("8");
                    assertThat(s.changedBy()).isEqualTo("bert");
                    assertThat(s.changedAt()).isNotNull();
                });
        assertThat(settings.of("orders")).extracting(Setting::propertyValue).containsOnlyNulls();
        assertThat(atWork.of("orders")).extracting(Setting::name).containsExactly(SettingName.values());

        assertThat(settings.reset(ANNA, "orders", SettingName.FLUSH_SIZE)).isEqualTo(new Changed("8", null));
        assertThat(settings.reset(ANNA, "orders", SettingName.FLUSH_SIZE)).isInstanceOf(Unchanged.class);
        assertThat(settings.history("orders", 2))
                .extracting(SettingChange::changedBy, SettingChange::oldValue, SettingChange::newValue)
                .containsExactly(tuple("anna", "8", null), tuple("bert", "7", "8"));
        assertThat(there.count("lanekeeper.operation WHERE target = 'handler:orders' AND verb = 'set-flush-size'"))
                .isEqualTo(3);
    }

    @Test
    void refusesWhatIsNotAllowedAndChangesNothing() {
        var atWork = new SettingOperations(there.database, there.settings, 1 << 20);

        assertThat(settings.set(ANNA, "orders", SettingName.FLUSH_SIZE, "-1"))
                .isEqualTo(new Refused("flush-size cannot be \"-1\": write a whole number from 1 to 10000"));
        assertThat(atWork.set(ANNA, "orders", SettingName.FLUSH_BYTES, "2MB"))
                .isInstanceOfSatisfying(
                        Refused.class, r -> assertThat(r.message()).contains("lanekeeper.buffer-bytes"));
        assertThat(settings.set(ANNA, "nobody", SettingName.FLUSH_SIZE, "1")).isInstanceOf(NotFound.class);
        SettingAnswer unknown = settings.reset(ANNA, "nobody", SettingName.FLUSH_SIZE);
        assertThat(unknown).isInstanceOf(NotFound.class);
        assertThat(settings.of("nobody")).isEmpty();
        assertThat(there.count("lanekeeper.setting")).isZero();
    }
}
