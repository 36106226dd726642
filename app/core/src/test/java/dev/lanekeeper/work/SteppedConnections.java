package dev.lanekeeper.work;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Set;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Connections that tell the {@link Actor} on whose thread they are used before each statement and each commit. */
final class SteppedConnections extends DelegatingDataSource {

    private static final Set<String> EXECUTIONS = Set.of("execute", "executeQuery", "executeUpdate");

    SteppedConnections(DataSource target) {
        super(target);
    }

    @Override
    public Connection getConnection() throws SQLException {
        var connection = super.getConnection();
        var actor = Actor.onThisThread();
        if (actor == null) {
            return connection;
        }
        actor.connected(connection.unwrap(PGConnection.class).getBackendPID());
        return proxy(Connection.class, (self, method, arguments) -> {
            if (method.getName().equals("commit")) {
                actor.reaches("COMMIT");
            }
            var result = invoke(actor, connection, method, arguments);
            return result instanceof PreparedStatement statement
                    ? stepped(actor, statement, String.valueOf(arguments[0]))
                    : result;
        });
    }

    private static PreparedStatement stepped(Actor actor, PreparedStatement statement, String text) {
        return proxy(PreparedStatement.class, (self, method, arguments) -> {
            if (EXECUTIONS.contains(method.getName())) {
                actor.reaches(text);
            }
            return invoke(actor, statement, method, arguments);
        });
    }

    private static Object invoke(Actor actor, Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof SQLException failure) {
                actor.failed(failure);
            }
            throw e.getCause();
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(
                Proxy.newProxyInstance(SteppedConnections.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
