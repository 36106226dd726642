package dev.lanekeeper.console.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.console.FilledDatabase;
import dev.lanekeeper.console.page.Times;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LongestLanesTest {

    private FilledDatabase filled;
    private LongestLanes longest;
    private LaneListSearch lanes;

    @BeforeEach
    void fill() {
        filled = FilledDatabase.create("longest_lanes").blocked(120);
        filled.database
                .sql(
                        "UPDATE lanekeeper.lane SET waiting = 7 WHERE due_at < now() + interval '61 minutes' AND waiting > 1")
                .update();
        longest = new LongestLanes(filled.database, new Times(Clock::systemUTC, ZoneOffset.UTC));
        lanes = new LaneListSearch(filled.database, longest);
    }

    @AfterEach
    void close() {
        longest.close();
    }

    @Test
    void areListedPageByPageWithTheLongestFirst() {
        var waiting = new ArrayList<Integer>();
        var ids = new ArrayList<UUID>();
        LanePlace place = null;
        do {
            var page = lanes.page(LaneList.LONGEST, null, place, 50);
            assertThat(page.asOf()).isNotNull();
            page.rows().forEach(row -> {
                waiting.add(row.waiting());
                ids.add(row.laneId());
            });
            place = page.next() == null
                    ? null
                    : LanePlace.parse(page.next().text()).orElseThrow();
        } while (place != null);

        assertThat(waiting).startsWith(7).endsWith(3).isSortedAccordingTo((a, b) -> b - a);
        assertThat(ids).hasSize(120).doesNotHaveDuplicates();
        assertThat(lanes.page(LaneList.LONGEST, "rare", null, 50).rows()).isEmpty();
    }
}
