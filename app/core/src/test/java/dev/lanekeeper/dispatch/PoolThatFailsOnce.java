package dev.lanekeeper.dispatch;

import com.zaxxer.hikari.HikariDataSource;
import dev.lanekeeper.work.MigratedDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Connections to a database of its own, which refuse the first statement with a given text. */
final class PoolThatFailsOnce extends HikariDataSource {

    private static final AtomicInteger DATABASES = new AtomicInteger();

    private final String text;
    private final AtomicBoolean failed;

    PoolThatFailsOnce(String text, AtomicBoolean failed) {
        this.text = text;
        this.failed = failed;
        var database = MigratedDatabase.create("fails_once_" + DATABASES.incrementAndGet());
        setJdbcUrl(database.jdbcUrl());
        setUsername(database.username());
        setMaximumPoolSize(16);
    }

    @Override
    public Connection getConnection() throws SQLException {
        var real = super.getConnection();
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("prepareStatement")
                            && arguments[0].toString().contains(text)
                            && failed.compareAndSet(false, true)) {
                        throw new SQLException("cancelled by the test", "57014");
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
