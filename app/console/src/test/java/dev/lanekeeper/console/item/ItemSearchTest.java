package dev.lanekeeper.console.item;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.console.FilledDatabase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ItemSearchTest {

    private static final ItemFilter FAILURES = ItemFilter.NONE.withStates(ItemState.FAILURES);
    private static final ItemFilter DONE = ItemFilter.NONE.withStates(Set.of(ItemState.DONE));

    private static FilledDatabase filled;
    private static ItemSearch items;

    @BeforeAll
    static void fill() {
        filled = FilledDatabase.create("item_search").done(12_000).failed(600).blocked(10);
        items = new ItemSearch(filled.database);
    }

    @Test
    void pagesFollowEachOtherWithoutGapOrRepetition() {
        var seen = new ArrayList<Long>();
        Place place = null;
        do {
            var page = items.page(FAILURES, ItemOrder.FINISHED, place, 97);
            page.rows().forEach(row -> seen.add(row.itemId()));
            place = page.next() == null ? null : Place.parse(page.next().text()).orElseThrow();
        } while (place != null);

        assertThat(seen).hasSize(600).doesNotHaveDuplicates().isSortedAccordingTo((a, b) -> Long.compare(b, a));
    }

    @Test
    void listsThoseWithoutEventTimeBehindThoseWithOne() {
        var old = Instant.parse("2020-01-01T00:00:00Z");
        var first = filled.finished(filled.rare, 1, "times", "t", old);
        var second = filled.finished(filled.rare, 1, "times", "t", null);
        var third = filled.finished(filled.rare, 1, "times", "t", old.plusSeconds(1));
        var fourth = filled.finished(filled.rare, 1, "times", "t", null);

        assertThat(ids(items.page(DONE.withTopic("times"), ItemOrder.EVENT_TIME, null, 10)))
                .containsExactly(third, first, fourth, second);
        assertThat(ids(items.pageAt(DONE.withTopic("times"), ItemOrder.EVENT_TIME, 1, 2)))
                .containsExactly(first, fourth);
    }

    @Test
    void goesOnFromThoseWithAnEventTimeToThoseWithout() {
        var page = items.page(DONE.withHandler("orders"), ItemOrder.EVENT_TIME, null, 1_250);
        var next = items.page(DONE.withHandler("orders"), ItemOrder.EVENT_TIME, page.next(), 10);

        assertThat(page.rows().subList(0, 1_200)).allMatch(row -> row.eventTime() != null);
        assertThat(page.rows().subList(1_200, 1_250)).allMatch(row -> row.eventTime() == null);
        assertThat(next.rows()).hasSize(10).allMatch(row -> row.eventTime() == null);
        assertThat(next.rows().get(0).itemId())
                .isLessThan(page.rows().get(1_249).itemId());
    }

    @Test
    void findsWhatEveryPartOfTheFilterSays() {
        var filter = DONE.withEntity("e42")
                .withType("placed")
                .withGroup("order-group")
                .withResource("done42");

        var rows = items.page(filter, ItemOrder.STORED, null, 50).rows();

        assertThat(rows).isNotEmpty().allSatisfy(row -> {
            assertThat(row.entityId()).isEqualTo("e42");
            assertThat(row.resource()).isEqualTo("done42");
            assertThat(row.state()).isEqualTo(ItemState.DONE);
        });
        assertThat(items.page(filter.withType("cancelled"), ItemOrder.STORED, null, 50)
                        .rows())
                .isEmpty();
        assertThat(items.page(filter.withGroup("rare-group"), ItemOrder.EVENT_TIME, null, 50)
                        .rows())
                .isEmpty();
    }

    @Test
    void findsWhatWaitsByTheResourceOfItsLane() {
        var item = filled.waiting("one that waits");

        var found = items.page(ItemFilter.NONE.withResource("one that waits"), ItemOrder.STORED, null, 50);

        assertThat(found.rows()).singleElement().satisfies(row -> {
            assertThat(row.itemId()).isEqualTo(item);
            assertThat(row.state()).isEqualTo(ItemState.WAITING);
        });
    }

    @Test
    void keepsToATime() {
        var from = FilledDatabase.START.plusSeconds(3);
        var to = from.plusMillis(100);

        assertThat(items.page(DONE.within(from, to), ItemOrder.STORED, null, 500)
                        .rows())
                .hasSize(100)
                .allMatch(
                        row -> !row.storedAt().isBefore(from) && row.storedAt().isBefore(to));
        var failed = FAILURES.within(
                FilledDatabase.START_OF_FAILURES.plusMillis(50), FilledDatabase.START_OF_FAILURES.plusMillis(60));
        assertThat(items.page(failed, ItemOrder.FINISHED, null, 900).rows()).hasSize(10);
        assertThat(items.page(failed.withHandler("orders"), ItemOrder.EVENT_TIME, null, 900)
                        .rows())
                .hasSize(10);
    }

    @Test
    void countsExactlyWhatIsLittleAndNoFurtherThanIsCheap() {
        assertThat(items.count(FAILURES, ItemOrder.FINISHED)).hasToString("600");
        assertThat(items.count(FAILURES.withFingerprint("Oops at place 7"), ItemOrder.FINISHED))
                .hasToString("24");
        assertThat(items.count(ItemFilter.NONE, ItemOrder.STORED)).hasToString("10,000+");
        assertThat(items.count(DONE.withEntity("e42"), ItemOrder.EVENT_TIME).orMore())
                .isFalse();
    }

    @Test
    void saysWhenItStopsBeforeThePageIsFull() {
        var page = items.page(ItemFilter.NONE.withType("placed").withGroup("rare-group"), ItemOrder.STORED, null, 50);

        assertThat(page.rows()).isEmpty();
        assertThat(page.cutShort()).isTrue();
        assertThat(page.next()).isNotNull();
    }

    private static List<Long> ids(ItemPage page) {
        return page.rows().stream().map(ItemRow::itemId).toList();
    }
}
