package dev.lanekeeper.promise;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.transaction.support.TransactionTemplate;

/** Writes numbered outbox entries as any program may, by SQL in transactions of its own, and keeps a list of what it committed. */
final class Writing implements AutoCloseable {

    private static final int MOST_IN_A_TRANSACTION = 5;

    private final SingleConnectionDataSource connection;
    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;
    private final Random random;
    private final Journal journal = new Journal();
    private final Map<String, Long> numbers = new HashMap<>();

    Writing(Site site) {
        var database = site.database();
        this.connection = new SingleConnectionDataSource(database.jdbcUrl(), database.username(), "", true);
        this.jdbc = JdbcClient.create(connection);
        this.transactions = new TransactionTemplate(new DataSourceTransactionManager(connection));
        this.random = new Random(site.random().nextLong());
    }

    Journal journal() {
        return journal;
    }

    /** One transaction after the other; one in ten is rolled back. */
    void write(String family, int keys, int entries) {
        var last = journal.size() + entries;
        while (journal.size() < last) {
            var key = family + random.nextInt(keys);
            var most = (int) Math.min(MOST_IN_A_TRANSACTION, last - journal.size());
            var count = 1 + random.nextInt(most);
            var from = numbers.getOrDefault(key, 0L);
            if (commits(key, from, count)) {
                numbers.put(key, from + count);
                for (var number = from + 1; number <= from + count; number++) {
                    journal.acknowledged(key, number);
                }
            }
        }
    }

    /** One entry of this key, committed when it returns. */
    void writeOne(String key) {
        var number = numbers.getOrDefault(key, 0L) + 1;
        transactions.executeWithoutResult(status -> insert(key, number));
        numbers.put(key, number);
        journal.acknowledged(key, number);
    }

    private boolean commits(String key, long from, int count) {
        return Boolean.TRUE.equals(transactions.execute(status -> {
            for (var number = from + 1; number <= from + count; number++) {
                insert(key, number);
            }
            if (random.nextInt(10) == 0) {
                status.setRollbackOnly();
            }
            return !status.isRollbackOnly();
        }));
    }

    private void insert(String key, long number) {
        jdbc.sql("""
                        INSERT INTO lanekeeper.outbox_entry (context, event_name, causality_key, arguments)
                        VALUES ('effects', 'numbered', ?, json_build_object('resource', ?::text, 'number', ?::bigint))
                        """).param(key).param(key).param(number).update();
    }

    @Override
    public void close() {
        connection.destroy();
    }
}
