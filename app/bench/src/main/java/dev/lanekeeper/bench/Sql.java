package dev.lanekeeper.bench;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Single numbers out of PostgreSQL, and statements into it. */
final class Sql {

    private Sql() {}

    static long number(DataSource source, String query) {
        try (var connection = source.getConnection()) {
            return number(connection, query);
        } catch (SQLException e) {
            throw new IllegalStateException("Could not ask " + query, e);
        }
    }

    static long number(Connection connection, String query) {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException("Could not ask " + query, e);
        }
    }

    static String text(DataSource source, String query) {
        try (var connection = source.getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException("Could not ask " + query, e);
        }
    }

    static void execute(DataSource source, String... statements) {
        try (var connection = source.getConnection();
                var statement = connection.createStatement()) {
            for (var text : statements) {
                statement.execute(text);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("Could not execute " + String.join("; ", statements), e);
        }
    }
}
