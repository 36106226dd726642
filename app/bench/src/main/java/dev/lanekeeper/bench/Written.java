package dev.lanekeeper.bench;

import dev.lanekeeper.testkit.PostgresDatabase;

/** What PostgreSQL has counted of one database; connections tell their last counts when they are closed. */
record Written(long commits, long rows) {

    static Written read(PostgresDatabase database) {
        var source = database.dataSource();
        var where = " FROM pg_stat_database WHERE datname = '" + database.name() + "'";
        return new Written(
                Sql.number(source, "SELECT xact_commit" + where),
                Sql.number(source, "SELECT tup_inserted + tup_updated + tup_deleted" + where));
    }

    Written minus(Written before) {
        return new Written(commits - before.commits, rows - before.rows);
    }
}
