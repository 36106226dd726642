package dev.lanekeeper.console.item;

import dev.lanekeeper.console.item.Ways.Way;
import dev.lanekeeper.work.Database;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lists items, page by page, however many there are: reads along one index and compares a bounded number of rows.
 *
 * <p>Called from web threads, in no transaction.
 */
public final class ItemSearch {

    /** How far an exact count goes. */
    public static final int COUNTED = 10_000;

    /** How many rows are compared for one page, or for one count. */
    private static final int COMPARED = 5_000;

    private static final int FIRST_CHUNK = 200;

    private final BoundedSearch search;
    private final ItemRowSearch rows;
    private final Ways ways;

    public ItemSearch(Database database) {
        this.search = new BoundedSearch(database);
        this.rows = new ItemRowSearch(search);
        this.ways = new Ways(new CandidateSearch(search));
    }

    /**
     * One page.
     *
     * @param after where the page before ended; {@code null} for the first one
     */
    public ItemPage page(ItemFilter filter, ItemOrder order, @Nullable Place after, int limit) {
        return search.read(() -> {
            var way = ways.way(filter, order);
            return page(way, order, after == null ? way.start() : after, limit);
        });
    }

    /** The page behind the first so many. */
    public ItemPage pageAt(ItemFilter filter, ItemOrder order, int offset, int limit) {
        return search.read(() -> {
            var way = ways.way(filter, order);
            var page = page(way, order, way.start(), offset + limit);
            var rows = page.rows();
            return new ItemPage(rows.subList(Math.min(offset, rows.size()), rows.size()), page.next(), page.cutShort());
        });
    }

    /** A single one; empty when it was never stored or has been purged. */
    public Optional<ItemRow> find(long itemId) {
        return search.read(() -> rows.rows(List.of(itemId)).stream().findFirst());
    }

    /** These, in their order; those that have been purged are left out. */
    public List<ItemRow> rows(List<Long> itemIds) {
        return search.read(() -> rows.rows(itemIds));
    }

    private ItemPage page(Way way, ItemOrder order, Place start, int limit) {
        var found = new ArrayList<ItemRow>();
        var most = COMPARED + limit;
        var seen = 0;
        var place = start;
        var ended = false;
        while (found.size() <= limit && seen < most && !ended) {
            var chunk = Math.min(most - seen, seen == 0 ? Math.max(FIRST_CHUNK, limit + 1) : COMPARED);
            var candidates = way.look().after(place, chunk);
            found.addAll(rows.rows(rows.matching(candidates, way.rest(), order, limit + 1 - found.size())));
            seen += candidates.size();
            ended = candidates.size() < chunk;
            place = candidates.isEmpty() ? place : candidates.get(candidates.size() - 1);
        }
        if (found.size() > limit) {
            return new ItemPage(
                    List.copyOf(found.subList(0, limit)), found.get(limit - 1).place(order), false);
        }
        return new ItemPage(List.copyOf(found), ended ? null : place, !ended);
    }

    /** How many match, counted as far as is cheap. */
    public CappedCount count(ItemFilter filter, ItemOrder order) {
        return search.read(() -> {
            var way = ways.way(filter, order);
            var isExact = way.rest().isEmpty();
            var most = isExact ? COUNTED : COMPARED;
            var candidates = way.look().after(way.start(), most + 1);
            var more = candidates.size() > most;
            var counted = more ? candidates.subList(0, most) : candidates;
            return new CappedCount(
                    isExact
                            ? counted.size()
                            : rows.matching(counted, way.rest(), order, counted.size())
                                    .size(),
                    more);
        });
    }
}
