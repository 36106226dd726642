package dev.lanekeeper.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import dev.lanekeeper.console.Site.Visit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Somebody tunes in a browser what a process beside this one does. */
class SettingsOfAnotherProcessTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PROMISED = Duration.ofSeconds(2);

    /** A busy machine may be late now and then; so often in a row it is by rule and not by chance. */
    private static final int IN_A_ROW = 3;

    private static final int MOST_ROUNDS = 6;

    private static final String SETTING = "/v1/handlers/ledger/settings/flush-size";

    @RegisterExtension
    private final Site site = Site.shared();

    private final Api api = new Api(site);

    @Test
    void countWithinTwoSecondsAsTheSizesOfItsFlushesShow() throws Exception {
        site.createTopic(OtherProcess.HANDLER);
        try (var other = OtherProcess.start(site);
                var stream = new Stream()) {
            await().atMost(PATIENCE).until(() -> stored() > 0);
            var delays = new ArrayList<>(List.of(delayOf(2, this::setInABrowser)));
            while (delays.size() < MOST_ROUNDS && !endsWellInTime(delays)) {
                delays.add(delayOf(3, this::setByApi));
            }

            assertThat(endsWellInTime(delays))
                    .as("how long flushes were larger: %s", delays)
                    .isTrue();
            assertThat(other.isAlive()).isTrue();
        }
    }

    private static boolean endsWellInTime(List<Duration> delays) {
        return delays.size() >= IN_A_ROW
                && delays.subList(delays.size() - IN_A_ROW, delays.size()).stream()
                        .allMatch(delay -> delay.compareTo(PROMISED) <= 0);
    }

    /** How long after it was set to this size the last larger flush was stored, by the database's clock. */
    private Duration delayOf(int size, IntConsumer set) {
        api.send("DELETE", SETTING, null, Api.OPERATOR);
        await().atMost(PATIENCE).until(() -> flushesLargerThan(size) > 0);
        set.accept(size);
        await().atMost(PATIENCE).until(() -> sinceChange("now() - max(f.stored_at)", size) > 1_500_000);
        return Duration.ofNanos(1_000 * sinceChange("max(f.stored_at) - max(s.changed_at)", size));
    }

    private void setInABrowser(int size) {
        var page = site.signedIn("ada", Visit.usual().withoutScript());
        page.navigate(site.address("/handlers/" + OtherProcess.HANDLER));
        assertThat(page.locator(".settings")).containsText("not on this node");
        page.getByLabel("flush-size", new Page.GetByLabelOptions().setExact(true))
                .fill(Integer.toString(size));
        page.getByLabel("Reason for flush-size").fill("to see how soon");
        page.getByLabel("Reason for flush-size").press("Enter");
        assertThat(page.locator(".settings")).containsText(size + " by ada");
    }

    private void setByApi(int size) {
        assertThat(api.send("PUT", SETTING, "{\"value\":\"" + size + "\"}", Api.OPERATOR)
                        .status())
                .isEqualTo(200);
    }

    /** Flushes of the last moment; all records of one have the same time. */
    private long flushesLargerThan(int size) {
        return site.sql().sql("""
                        SELECT count(*)
                          FROM (SELECT stored_at
                                  FROM lanekeeper.work_item
                                 WHERE topic = 'ledger' AND stored_at > now() - interval '200 milliseconds'
                                 GROUP BY stored_at
                                HAVING count(*) > ?) AS flush
                        """).param(size).query(Long.class).single();
    }

    private long sinceChange(String interval, int size) {
        return site.sql()
                .sql("""
                        SELECT coalesce((extract(epoch FROM $interval) * 1000000)::bigint, 2000000)
                          FROM lanekeeper.setting AS s
                          JOIN lanekeeper.handler AS h ON h.handler_id = s.handler_id AND h.name = 'ledger'
                         CROSS JOIN (
                               SELECT stored_at
                                 FROM lanekeeper.work_item
                                WHERE topic = 'ledger'
                                GROUP BY stored_at
                               HAVING count(*) > ?) AS f
                        """.replace("$interval", interval))
                .param(size)
                .query(Long.class)
                .single();
    }

    private long stored() {
        return site.sql()
                .sql("SELECT count(*) FROM lanekeeper.work_item WHERE topic = 'ledger'")
                .query(Long.class)
                .single();
    }

    /** Some hundred records a second, as long as it is open. */
    private final class Stream implements AutoCloseable {

        private final KafkaProducer<String, String> producer = site.producer();
        private final Thread thread = new Thread(this::send, "stream");
        private volatile boolean closed;

        Stream() {
            thread.start();
        }

        private void send() {
            while (!closed) {
                for (var n = 0; n < 10; n++) {
                    var unused = producer.send(new ProducerRecord<>(OtherProcess.HANDLER, "k", "line"));
                }
                java.util.concurrent.locks.LockSupport.parkNanos(
                        Duration.ofMillis(25).toNanos());
            }
        }

        @Override
        public void close() throws InterruptedException {
            closed = true;
            thread.join();
            producer.close();
        }
    }
}
