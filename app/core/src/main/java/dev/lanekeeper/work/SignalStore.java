package dev.lanekeeper.work;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Tells other nodes, by PostgreSQL's NOTIFY, that lanes are READY. Signals may be lost, and behind some poolers they are:
 * whoever listens also looks once a second.
 */
public final class SignalStore {

    private final Database database;
    private final String channel;

    public SignalStore(Database database) {
        this.database = database;
        this.channel = database.schema() + "_ready";
    }

    /** Signals in a transaction of its own; inside T1 it would make commits wait for each other. */
    public void send(String sender) {
        database.sql("SELECT pg_notify(?, ?)")
                .param(channel)
                .param(sender)
                .query()
                .singleRow();
    }

    /** Listens on a connection of its own until it is closed. */
    public Listening listen() {
        try {
            var connection = database.dataSource().getConnection();
            try (var statement = connection.createStatement()) {
                statement.execute("LISTEN \"" + channel + "\"");
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
            return new Listening(connection);
        } catch (SQLException e) {
            throw new DataAccessResourceFailureException("Could not listen on channel " + channel, e);
        }
    }

    /** An open ear. */
    public static final class Listening implements AutoCloseable {

        private final Connection connection;
        private boolean lost;

        private Listening(Connection connection) {
            this.connection = connection;
        }

        /** The senders of the signals that came, waiting for the first at most so long. */
        public List<String> await(Duration patience) {
            try {
                var senders = new ArrayList<String>();
                for (var signal : connection.unwrap(PGConnection.class).getNotifications((int) patience.toMillis())) {
                    senders.add(signal.getParameter());
                }
                return senders;
            } catch (SQLException e) {
                lost = true;
                throw new DataAccessResourceFailureException("The connection that listens is lost", e);
            }
        }

        @Override
        public void close() {
            try (connection) {
                if (!lost) {
                    forget();
                }
            } catch (SQLException e) {
                throw new DataAccessResourceFailureException("The connection that listened could not be given back", e);
            }
        }

        /** Or the next to take the connection from its pool would go on listening. */
        private void forget() throws SQLException {
            try (var statement = connection.createStatement()) {
                statement.execute("UNLISTEN *");
            }
        }
    }
}
