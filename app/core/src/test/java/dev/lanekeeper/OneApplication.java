package dev.lanekeeper;

import dev.lanekeeper.testkit.PostgresDatabase;
import dev.lanekeeper.work.ConservationSearch;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.MigratedDatabase;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * One application, on a database of its own, for all tests of a class that registers it in a static field: started before
 * the first of them and closed after the last. Fields of the class may be its beans.
 */
public final class OneApplication implements BeforeAllCallback, AfterAllCallback {

    private final Class<?> type;
    private final String name;
    private final String[] properties;
    private PostgresDatabase database;
    private ConfigurableApplicationContext context;

    private OneApplication(Class<?> type, String name, String[] properties) {
        this.type = type;
        this.name = name;
        this.properties = properties;
    }

    /**
     * @param database its name
     * @param more properties, which count before the usual ones
     */
    public static OneApplication of(Class<?> application, String database, String... more) {
        return new OneApplication(application, database, more);
    }

    @Override
    public void beforeAll(ExtensionContext tests) {
        database = MigratedDatabase.create(name);
        context = StartedApplication.of(type, database, properties);
    }

    @Override
    public void afterAll(ExtensionContext tests) {
        if (context != null) {
            context.close();
        }
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    public JdbcClient jdbc() {
        return bean(JdbcClient.class);
    }

    public TransactionTemplate transactions() {
        return new TransactionTemplate(bean(PlatformTransactionManager.class));
    }

    public long rows(String fromWhere) {
        return jdbc().sql("SELECT count(*) FROM " + fromWhere).query(Long.class).single();
    }

    /** What does not add up in its books. */
    public List<String> faults() {
        return new ConservationSearch(new Database(database.dataSource(), "lanekeeper")).faults();
    }
}
