package dev.lanekeeper.console.overview;

import dev.lanekeeper.console.page.Background;
import dev.lanekeeper.console.page.Background.Seen;
import dev.lanekeeper.console.page.Times;
import dev.lanekeeper.work.Balance;
import dev.lanekeeper.work.ConservationSearch;
import dev.lanekeeper.work.Database;
import java.time.Duration;
import java.util.List;

/** Counts all rows now and then, while somebody looks, to tell whether everything is accounted for. */
public final class ConservationWatch implements AutoCloseable {

    private static final Duration REST = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofMillis(300);

    private final ConservationSearch search;
    private final Background<Counted> background;

    public ConservationWatch(Database database, Times times) {
        this.search = new ConservationSearch(database);
        this.background = new Background<>(
                "conservation", REST, times::now, () -> new Counted(search.balances(), search.strays()));
    }

    /**
     * @param strays rows that do not belong together, in words
     */
    record Counted(List<Balance> balances, List<String> strays) {

        boolean isBalanced() {
            return strays.isEmpty()
                    && balances.stream().allMatch(b -> b.faults().isEmpty());
        }
    }

    Seen<Counted> look() {
        return background.look(PATIENCE);
    }

    @Override
    public void close() {
        background.close();
    }
}
