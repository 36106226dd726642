package dev.lanekeeper.work;

import dev.lanekeeper.jobs.JobRunrTables;
import dev.lanekeeper.testkit.PostgresDatabase;
import dev.lanekeeper.testkit.PostgresServer;

/**
 * Databases that have all tables from the start, for tests of what is done with them: to run every script for each of them
 * would take most of their time.
 */
public final class MigratedDatabase {

    private MigratedDatabase() {}

    /** A new one on the server of this JVM: a copy of one for which the scripts are run once. */
    public static PostgresDatabase create(String name) {
        return PostgresServer.shared().copyDatabase(Original.DATABASE, name);
    }

    /** Runs the scripts where none has been run, as in a database of another server. */
    public static void complete(Database database) {
        var isEmpty = database.sql("SELECT to_regclass('lanekeeper.lane_item') IS NULL")
                .query(Boolean.class)
                .single();
        if (isEmpty) {
            new Schema(database).migrate();
            new JobRunrTables(database.dataSource(), database.schema()).migrate();
        }
    }

    private static final class Original {

        static final PostgresDatabase DATABASE = migrated();

        private static PostgresDatabase migrated() {
            var database = PostgresServer.shared().createDatabase("migrated");
            complete(new Database(database.dataSource(), "lanekeeper"));
            return database;
        }
    }
}
