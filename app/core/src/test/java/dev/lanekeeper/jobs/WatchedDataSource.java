package dev.lanekeeper.jobs;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Tells of every statement that is prepared and of every commit, before it happens; the listener may throw. */
final class WatchedDataSource extends DelegatingDataSource {

    /** Hears each statement, or {@code COMMIT}. */
    interface Listener {
        void on(String statement) throws SQLException;
    }

    private final Listener listener;

    WatchedDataSource(DataSource target, Listener listener) {
        super(target);
        this.listener = listener;
    }

    @Override
    public Connection getConnection() throws SQLException {
        var target = super.getConnection();
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("prepareStatement")) {
                        listener.on((String) arguments[0]);
                    } else if (method.getName().equals("commit")) {
                        listener.on("COMMIT");
                    }
                    try {
                        return method.invoke(target, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
