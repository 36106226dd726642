package dev.lanekeeper.promise;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Events arrive while one blow after the other falls; afterwards every one of them must be there, and in order. */
final class Storm {

    private static final int EFFECTS_BETWEEN_BLOWS = 500;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Site site;
    private final int events;
    private final List<Blow> blows;
    private final int frozenSeconds;

    /** @param frozenSeconds how long a frozen process is frozen; others judge it dead after 10 */
    Storm(Site site, int events, List<Blow> blows, int frozenSeconds) {
        this.site = site;
        this.events = events;
        this.blows = blows;
        this.frozenSeconds = frozenSeconds;
    }

    void rage() {
        site.start();
        site.start();
        site.instances().forEach(Instance::awaitUp);
        var produced = new ArrayList<CompletableFuture<Void>>();
        var portion = events / (blows.size() + 1);
        for (var blow : blows) {
            var before = site.effects();
            produced.add(site.producing().send(portion));
            var enough = before
                    + EFFECTS_BETWEEN_BLOWS
                    + site.random().nextInt(Math.max(1, portion - EFFECTS_BETWEEN_BLOWS));
            site.awaitThat("enough effects before " + blow, PATIENCE, () -> site.effects() >= enough);
            System.out.printf("%s after %d effects%n", blow, site.effects());
            blow.strike(site, frozenSeconds);
        }
        produced.add(site.producing().send(events - portion * blows.size()));
        produced.forEach(CompletableFuture::join);
        site.awaitEverythingDone(PATIENCE, "exact", "plain");
        assertThat(site.producing().journal().size()).isEqualTo(events);
    }

    /** Call after {@link #rage}: what the oracle and the books say. */
    void assertNothingWasHarmed() {
        var most = (long) blows.size() * site.instances().size() * Site.WORKERS * Site.CHUNK;
        assertThat(site.oracle().faultsOfExactlyOnce("exact")).isEmpty();
        assertThat(site.oracle().faultsOfAtLeastOnce("plain", most)).isEmpty();
        assertThat(site.finished("exact", 1)).isEqualTo(events);
        assertThat(site.finished("plain", 1)).isEqualTo(events);
        System.out.printf(
                "%d events, %d blows, %d repeats of the handler without transaction (allowed %d)%n",
                events, blows.size(), site.oracle().repeats("plain"), most);
        site.assertNumbersAddUp();
    }
}
