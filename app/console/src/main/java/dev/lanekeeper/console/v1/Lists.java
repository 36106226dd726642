package dev.lanekeeper.console.v1;

import dev.lanekeeper.console.item.ItemDetailSearch;
import dev.lanekeeper.console.item.ItemFilter;
import dev.lanekeeper.console.item.ItemOrder;
import dev.lanekeeper.console.item.ItemPage;
import dev.lanekeeper.console.item.ItemRow;
import dev.lanekeeper.console.item.ItemSearch;
import dev.lanekeeper.console.item.ItemState;
import dev.lanekeeper.console.item.Place;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;

/** Answers with a page of events or failures: a bare array, with the total and the address of the next page in headers. */
final class Lists {

    /** Further than this the address of the next page leads, which costs the same everywhere. */
    private static final int GREATEST_OFFSET = 10_000;

    /** How much of a payload a list shows. */
    private static final int SHOWN_BYTES = 16 << 10;

    private final ItemSearch items;
    private final ItemDetailSearch details;

    Lists(ItemSearch items, ItemDetailSearch details) {
        this.items = items;
        this.details = details;
    }

    ResponseEntity<byte[]> page(Parameters parameters, ItemFilter filter) {
        var order = order(filter);
        var page = find(parameters, filter, order);
        var total = items.count(filter, order);
        var contents =
                details.contents(page.rows().stream().map(ItemRow::itemId).toList(), SHOWN_BYTES);
        var answer = ResponseEntity.ok()
                .header("X-Total-Count", Long.toString(total.value()))
                .header("X-Total-Count-Capped", Boolean.toString(total.orMore()));
        var next = page.next();
        if (next != null) {
            answer.header(HttpHeaders.LINK, Links.next(parameters.request(), next.text()));
        }
        return Json.with(
                answer,
                page.rows().stream()
                        .map(row -> EventJson.row(row, contents.get(row.itemId())))
                        .toList());
    }

    private ItemPage find(Parameters parameters, ItemFilter filter, ItemOrder order) {
        var limit = parameters.limit();
        var offset = parameters.number("offset", 0, GREATEST_OFFSET);
        var after = after(parameters);
        if (limit == 0) {
            return new ItemPage(java.util.List.of(), null, false);
        }
        return offset > 0 && after == null
                ? items.pageAt(filter, order, offset, limit)
                : items.page(filter, order, after, limit);
    }

    private static @Nullable Place after(Parameters parameters) {
        return parameters.word("after", Place::parse, "the places that a Link header names");
    }

    /** By event time, as far as there is an index for it: done items, and failures. */
    private static ItemOrder order(ItemFilter filter) {
        var states = filter.states();
        var isByEventTime =
                !states.isEmpty() && (states.equals(Set.of(ItemState.DONE)) || ItemState.FAILURES.containsAll(states));
        return isByEventTime ? ItemOrder.EVENT_TIME : ItemOrder.STORED;
    }
}
