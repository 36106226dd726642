package dev.lanekeeper.work;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.core.InfrastructureProxy;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;

/**
 * Commits each statement outside a transaction also where the pool's connections do not do so by themselves; the pool would undo
 * it when it gets its connection back.
 *
 * <p>To Spring it is the same as the {@link DataSource} behind it, so it takes part in that one's transactions.
 */
final class AutoCommitting extends DelegatingDataSource implements InfrastructureProxy {

    private final DataSource target;

    private AutoCommitting(DataSource target) {
        super(target);
        this.target = target;
    }

    /** A proxy that takes part in transactions by itself is left out: what it gives may be in one. */
    static DataSource of(DataSource dataSource) {
        return dataSource instanceof TransactionAwareDataSourceProxy proxy && proxy.getTargetDataSource() != null
                ? of(proxy.getTargetDataSource())
                : new AutoCommitting(dataSource);
    }

    @Override
    public Object getWrappedObject() {
        return target;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return committing(super.getConnection());
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return committing(super.getConnection(username, password));
    }

    private static Connection committing(Connection connection) throws SQLException {
        try {
            if (!connection.getAutoCommit()) {
                connection.setAutoCommit(true);
            }
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }
}
