package dev.lanekeeper.jobs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jobrunr.storage.sql.common.DatabaseMigrationsProvider;
import org.jobrunr.storage.sql.common.migrations.SqlMigration;
import org.jobrunr.storage.sql.common.tables.AnsiDatabaseTablePrefixStatementUpdater;
import org.jobrunr.storage.sql.postgres.PostgresStorageProvider;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * JobRunr's tables in our schema, made by JobRunr's own scripts.
 *
 * <p>The scripts are run here and not by JobRunr, whose history table {@code jobrunr_migrations} would be found by every other JobRunr
 * of the same database, in whatever schema, and keep it from creating its tables. All scripts run in one transaction, one node at a
 * time. The schema must exist.
 */
public final class JobRunrTables {

    /**
     * Five of JobRunr's seven indexes of jobs serve scheduled, recurring or counted jobs, of which there is one a minute here, and would
     * be written twice for each run. They keep their names, which later scripts of JobRunr may use, and become almost empty.
     */
    private static final Script NARROW_INDEXES = new Script("z001__narrow_the_indexes_of_jobs.sql", """
            DROP INDEX jobrunr_state_idx;
            DROP INDEX jobrunr_job_signature_idx;
            DROP INDEX jobrunr_job_created_at_idx;
            DROP INDEX jobrunr_job_scheduled_at_idx;
            DROP INDEX jobrunr_job_rci_idx;
            CREATE INDEX jobrunr_state_idx ON jobrunr_jobs (state) WHERE state = 'SCHEDULED';
            CREATE INDEX jobrunr_job_signature_idx ON jobrunr_jobs (jobSignature) WHERE state = 'SCHEDULED';
            CREATE INDEX jobrunr_job_created_at_idx ON jobrunr_jobs (createdAt) WHERE state = 'SCHEDULED';
            CREATE INDEX jobrunr_job_scheduled_at_idx ON jobrunr_jobs (scheduledAt) WHERE scheduledAt IS NOT NULL;
            CREATE INDEX jobrunr_job_rci_idx ON jobrunr_jobs (recurringJobId) WHERE recurringJobId IS NOT NULL
            """);

    private final JdbcTemplate jdbc;
    private final TransactionTemplate transaction;
    private final String schema;

    public JobRunrTables(DataSource dataSource, String schema) {
        this.jdbc = new JdbcTemplate(dataSource);
        this.transaction = new TransactionTemplate(new DataSourceTransactionManager(dataSource));
        this.schema = schema;
    }

    /** Runs the scripts that have not run yet; does nothing otherwise. */
    public void migrate() {
        transaction.executeWithoutResult(status -> {
            waitForOtherNodes();
            jdbc.execute(history(schema));
            var applied = applied();
            scripts()
                    .filter(script -> !applied.contains(script.name()))
                    .forEach(script -> statements(script, schema).forEach(jdbc::execute));
        });
    }

    /** Fails with the names of the scripts that have not run yet. */
    public void validate() {
        var missing = scripts().map(Script::name).collect(Collectors.toSet());
        missing.removeAll(applied());
        if (!missing.isEmpty()) {
            throw new IllegalStateException("JobRunr's tables in schema " + schema + " lack the scripts "
                    + missing.stream().sorted().toList()
                    + ": let them be created (migrate), or run the exported SQL by hand");
        }
    }

    /** Everything that {@link #migrate} does on an empty schema, to be run by hand. */
    public static String sql(String schema) {
        return Stream.concat(
                        Stream.of(history(schema)), scripts().flatMap(script -> statements(script, schema).stream()))
                .collect(Collectors.joining(";\n\n", "", ";\n"));
    }

    private void waitForOtherNodes() {
        jdbc.execute("SET LOCAL lock_timeout = '60s'");
        jdbc.query("SELECT pg_advisory_xact_lock(hashtextextended('lanekeeper jobs ' || ?, 0))", rows -> {}, schema);
    }

    private Set<String> applied() {
        if (jdbc.queryForObject("SELECT to_regclass(?)", String.class, schema + ".jobs_schema_history") == null) {
            return Set.of();
        }
        return new HashSet<>(jdbc.queryForList("SELECT script FROM " + schema + ".jobs_schema_history", String.class));
    }

    private static String history(String schema) {
        return """
                CREATE TABLE IF NOT EXISTS %s.jobs_schema_history
                (
                    script       text        PRIMARY KEY,
                    installed_at timestamptz NOT NULL DEFAULT now()
                )""".formatted(schema);
    }

    /** Without the one that creates JobRunr's own history table. */
    private static Stream<Script> scripts() {
        return Stream.concat(
                new DatabaseMigrationsProvider(PostgresStorageProvider.class)
                        .getMigrations()
                        .map(JobRunrTables::script)
                        .filter(script -> !script.name().endsWith("v000__create_migrations_table.sql"))
                        .sorted(Comparator.comparing(Script::name)),
                Stream.of(NARROW_INDEXES));
    }

    private static List<String> statements(Script script, String schema) {
        var intoSchema = new AnsiDatabaseTablePrefixStatementUpdater(schema + ".");
        var noted = "INSERT INTO %s.jobs_schema_history (script) VALUES ('%s')".formatted(schema, script.name());
        return Stream.concat(
                        Stream.of(script.text().split(";", 0))
                                .map(String::strip)
                                .filter(statement ->
                                        !statement.isEmpty() && !statement.startsWith("-- Empty migration"))
                                .map(intoSchema::updateStatement),
                        Stream.of(noted))
                .toList();
    }

    private static Script script(SqlMigration migration) {
        try {
            return new Script(migration.getFileName(), migration.getMigrationSql());
        } catch (IOException e) {
            throw new UncheckedIOException("Could not read JobRunr's script " + migration.getFileName(), e);
        }
    }

    private record Script(String name, String text) {}
}
