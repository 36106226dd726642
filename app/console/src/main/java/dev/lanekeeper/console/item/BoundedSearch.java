package dev.lanekeeper.console.item;

import dev.lanekeeper.work.Database;
import java.util.function.Supplier;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The way in which pages read: one short transaction that cannot write, in which the planner takes indexes and the server
 * gives up after a few seconds.
 *
 * <p>Without that a plan that was made while the tables were small would read all of them for each page later.
 */
public final class BoundedSearch {

    private final Database database;

    public BoundedSearch(Database database) {
        this.database = database;
    }

    public <T> T read(Supplier<T> look) {
        return database.inTransaction(() -> {
            database.sql("""
                            SELECT set_config('transaction_read_only', 'on', true),
                                   set_config('statement_timeout', '5s', true),
                                   set_config('enable_seqscan', 'off', true),
                                   set_config('enable_hashjoin', 'off', true),
                                   set_config('enable_mergejoin', 'off', true),
                                   set_config('jit', 'off', true)
                            """).query().singleRow();
            return look.get();
        });
    }

    /** For the rest of this {@link #read}: what comes next reads a table from its beginning up to a limit. */
    public void allowWholeTables() {
        database.sql("SELECT set_config('enable_seqscan', 'on', true)").query().singleRow();
    }

    /** See {@link Database#sql}; inside of {@link #read}. */
    public JdbcClient.StatementSpec sql(String text) {
        return database.sql(text);
    }
}
