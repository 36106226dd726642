package dev.lanekeeper.console.item;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.console.FilledDatabase;
import dev.lanekeeper.console.failure.FailureGroupSearch;
import dev.lanekeeper.console.job.JobPlace;
import dev.lanekeeper.console.job.RecurringJobSearch;
import dev.lanekeeper.console.job.ScheduledJobSearch;
import dev.lanekeeper.console.lane.LaneList;
import dev.lanekeeper.console.lane.LaneListSearch;
import dev.lanekeeper.console.lane.LongestLanes;
import dev.lanekeeper.console.page.Times;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Pages cost what they show, however much has happened; measured in rows read, with plans made for empty tables. */
class SearchCostTest {

    private static final int DONE = 60_000;

    /** More than are counted. */
    private static final int SCHEDULED = 20_000;

    /** For a page of 50 rows: each may look into some tables, and the cheapest of several ways is looked for. */
    private static final long READS_FOR_A_PAGE = 12_000;

    private static FilledDatabase filled;

    @BeforeAll
    static void fill() {
        filled = FilledDatabase.create("search_cost");
        // The server settles on plans while there is nothing.
        for (var round = 0; round < 12; round++) {
            pages(filled).values().forEach(Runnable::run);
        }
        filled.done(DONE).failed(3_000).blocked(2_000).scheduled(SCHEDULED).recurring(2_000);
    }

    @Test
    void eachPageReadsNoMoreThanItNeeds() {
        var reads = new LinkedHashMap<String, Long>();
        pages(filled).forEach((name, page) -> reads.put(name, filled.reads(page)));

        assertThat(reads).allSatisfy((page, number) -> assertThat(number).isLessThan(READS_FOR_A_PAGE));
    }

    @Test
    void aCountThatReadsEverythingIsNoticed() {
        var reads = filled.reads(() -> filled.database
                .sql("SELECT count(*) FROM lanekeeper.outcome WHERE left(entity_id, 1) = 'x'")
                .query(Long.class)
                .single());

        assertThat(reads).isGreaterThan(DONE);
    }

    private static Map<String, Runnable> pages(FilledDatabase filled) {
        var items = new ItemSearch(filled.database);
        var details = new ItemDetailSearch(filled.database);
        var groups = new FailureGroupSearch(filled.database);
        var lanes = new LaneListSearch(
                filled.database,
                new LongestLanes(filled.database, new Times(java.time.Clock::systemUTC, java.time.ZoneOffset.UTC)));
        var none = ItemFilter.NONE;
        var failures = none.withStates(ItemState.FAILURES);
        var done = none.withStates(Set.of(ItemState.DONE));
        var pages = new LinkedHashMap<String, Runnable>();
        pages.put("events", () -> items.page(none, ItemOrder.STORED, null, 50));
        pages.put("events behind a place", () -> items.page(none, ItemOrder.STORED, new Place(null, 30_000), 50));
        pages.put("events of a handler", () -> items.page(none.withHandler("orders"), ItemOrder.STORED, null, 50));
        pages.put("events of a rare handler", () -> items.page(none.withHandler("rare"), ItemOrder.STORED, null, 50));
        pages.put("events of a rare topic", () -> items.page(none.withTopic("rare"), ItemOrder.STORED, null, 50));
        pages.put("events of an entity", () -> items.page(none.withEntity("e42"), ItemOrder.STORED, null, 50));
        pages.put("events of a resource", () -> items.page(none.withResource("blocked7"), ItemOrder.STORED, null, 50));
        pages.put("waiting", () -> items.page(none.withStates(Set.of(ItemState.WAITING)), ItemOrder.STORED, null, 50));
        pages.put("failed", () -> items.page(none.withStates(Set.of(ItemState.FAILED)), ItemOrder.STORED, null, 50));
        pages.put(
                "discarded",
                () -> items.page(none.withStates(Set.of(ItemState.DISCARDED)), ItemOrder.STORED, null, 50));
        pages.put("done", () -> items.page(done, ItemOrder.EVENT_TIME, null, 50));
        pages.put("done of a rare topic", () -> items.page(done.withTopic("rare"), ItemOrder.EVENT_TIME, null, 50));
        pages.put("done of a group", () -> items.page(done.withGroup("order-group"), ItemOrder.EVENT_TIME, null, 50));
        pages.put(
                "within a minute",
                () -> items.page(
                        none.within(
                                FilledDatabase.START.plus(Duration.ofSeconds(10)),
                                FilledDatabase.START.plus(Duration.ofSeconds(11))),
                        ItemOrder.STORED,
                        null,
                        50));
        pages.put("failures", () -> items.page(failures, ItemOrder.FINISHED, null, 50));
        pages.put("failures by event time", () -> items.page(failures, ItemOrder.EVENT_TIME, null, 50));
        pages.put(
                "failures of a handler", () -> items.page(failures.withHandler("rare"), ItemOrder.FINISHED, null, 50));
        pages.put(
                "failures of a kind",
                () -> items.page(failures.withFingerprint("Oops at place 7"), ItemOrder.FINISHED, null, 50));
        pages.put("number of failures", () -> items.count(failures, ItemOrder.FINISHED));
        pages.put("number of events", () -> items.count(none, ItemOrder.STORED));
        pages.put("groups", () -> groups.groups());
        pages.put("rejected", () -> groups.rejected());
        pages.put("one event", () -> details.find(30_000, 1_000));
        pages.put("blocked lanes", () -> lanes.page(LaneList.BLOCKED, null, null, 50));
        pages.put("ready lanes", () -> lanes.page(LaneList.READY, null, null, 50));
        pages.put("active lanes", () -> lanes.page(LaneList.ACTIVE, null, null, 50));
        pages.put("parked lanes", () -> lanes.page(LaneList.PARKED, null, null, 50));
        pages.put("number of lanes", () -> lanes.counts());
        var scheduled = new ScheduledJobSearch(filled.database);
        var recurring = new RecurringJobSearch(filled.database);
        var later = new JobPlace(filled.database.now().plusSeconds(10_000), 0);
        pages.put("scheduled jobs", () -> scheduled.page(null, null, 51));
        pages.put("scheduled jobs behind a place", () -> scheduled.page(null, later, 51));
        pages.put("scheduled jobs of a handler", () -> scheduled.page("orders", null, 51));
        pages.put("scheduled jobs of a handler behind a place", () -> scheduled.page("orders", later, 51));
        pages.put("scheduled jobs of a rare handler", () -> scheduled.page("rare", null, 51));
        pages.put("number of scheduled jobs", () -> scheduled.count(null));
        pages.put("number of scheduled jobs of a handler", () -> scheduled.count("orders"));
        pages.put("number of scheduled jobs of a rare handler", () -> scheduled.count("rare"));
        pages.put("recurring jobs", () -> recurring.page(null, null, 21));
        pages.put("recurring jobs behind a place", () -> recurring.page(null, later, 21));
        pages.put("recurring jobs of a handler", () -> recurring.page("orders", null, 21));
        pages.put("recurring jobs of a rare handler", () -> recurring.page("rare", null, 21));
        return pages;
    }
}
