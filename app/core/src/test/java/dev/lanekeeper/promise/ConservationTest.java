package dev.lanekeeper.promise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.work.ConservationSearch;
import dev.lanekeeper.work.Database;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ConservationTest {

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @Test
    void accountsForEveryEventInWhateverWayItEndsAndWhoeverDies() {
        try (var site = Site.shared("assorted", 40)) {
            site.showing(() -> {
                site.start("--mischief.assorted=true", "--lanekeeper.defaults.max-retries=1");
                site.start("--mischief.assorted=true", "--lanekeeper.defaults.max-retries=1");
                site.instances().forEach(Instance::awaitUp);
                var produced = site.producing().send(1_000);
                site.awaitThat("some effects", PATIENCE, () -> site.effects() > 300);
                Blow.APPLICATION_KILLED.strike(site, 0);
                produced.join();
                site.awaitEverythingDone(PATIENCE, "exact");

                site.assertNumbersAddUp();
                assertThat(counted(site)).isEqualTo(expected(site));
            });
        }
    }

    /** By the numbers of Lanekeeper. */
    private static Map<String, Long> counted(Site site) {
        var balance = new ConservationSearch(new Database(site.database().dataSource(), "lanekeeper"))
                .balances().stream()
                        .filter(b -> b.handler().equals("plain"))
                        .findFirst()
                        .orElseThrow();
        var tallied = balance.tallied();
        return new TreeMap<>(Map.of(
                "stored", tallied.stored(),
                "done", tallied.done(),
                "skipped", tallied.skipped(),
                "rejected", tallied.rejected(),
                "failed", tallied.failed(),
                "waiting", tallied.waiting()));
    }

    /** By the numbers of the producer. */
    private static Map<String, Long> expected(Site site) {
        var endings = new long[5];
        site.producing()
                .journal()
                .byResource()
                .values()
                .forEach(numbers -> numbers.forEach(number -> endings[(int) (number % 5)]++));
        return new TreeMap<>(Map.of(
                "stored",
                site.producing().journal().size(),
                "done",
                endings[3] + endings[4],
                "skipped",
                endings[0],
                "rejected",
                endings[1],
                "failed",
                endings[2],
                "waiting",
                0L));
    }
}
