package dev.lanekeeper.promise;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class NoRecordIsLostTest {

    /** A kill and two of the other blows, which two is the seed's choice. */
    @Test
    void whileProcessesAreKilledAndFrozen() {
        try (var site = Site.own("storm", 100)) {
            site.showing(() -> {
                var others = shuffled(
                        site,
                        List.of(
                                Blow.BROKER_KILLED,
                                Blow.CONNECTIONS_CUT,
                                Blow.DATABASE_RESTARTED,
                                Blow.APPLICATION_FROZEN));
                var blows = shuffled(site, List.of(Blow.APPLICATION_KILLED, others.get(0), others.get(1)));
                var storm = new Storm(site, 4_000, blows, 14);
                storm.rage();
                storm.assertNothingWasHarmed();
            });
        }
    }

    @Test
    @Tag("chaos")
    void whileEverythingGoesWrongThatCan() {
        try (var site = Site.own("tempest", 500)) {
            site.showing(() -> {
                var blows = new ArrayList<>(List.of(Blow.values()));
                blows.addAll(List.of(
                        Blow.APPLICATION_KILLED, Blow.BROKER_KILLED, Blow.BOTH_KILLED, Blow.DATABASE_RESTARTED));
                var storm = new Storm(site, 50_000, shuffled(site, blows), 30);
                storm.rage();
                storm.assertNothingWasHarmed();
            });
        }
    }

    private static List<Blow> shuffled(Site site, List<Blow> blows) {
        var shuffled = new ArrayList<>(blows);
        Collections.shuffle(shuffled, site.random());
        return shuffled;
    }
}
