package dev.lanekeeper.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jobrunr.storage.sql.postgres.PostgresStorageProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JobRunrTablesTest {

    private JobRunrDatabase database;
    private JobRunrTables tables;

    @BeforeEach
    void open() {
        database = new JobRunrDatabase("jobs_tables");
        tables = new JobRunrTables(database.dataSource, JobRunrDatabase.SCHEMA);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void areCreatedOnceByHoweverManyNodesStartTogether() {
        var nodes = Stream.generate(() -> CompletableFuture.runAsync(tables::migrate))
                .limit(4)
                .toList();

        nodes.forEach(CompletableFuture::join);

        assertThatCode(tables::validate).doesNotThrowAnyException();
        assertThat(shape(JobRunrDatabase.SCHEMA)).contains("jobrunr_jobs.jobasjson text", "view jobrunr_jobs_stats");
    }

    @Test
    void areTheSameWhenTheExportedSqlIsRunByHand() {
        tables.migrate();
        database.jdbc.execute("CREATE SCHEMA by_hand");

        database.jdbc.execute(JobRunrTables.sql("by_hand"));

        assertThat(shape("by_hand")).isEqualTo(shape(JobRunrDatabase.SCHEMA));
        assertThatCode(() -> new JobRunrTables(database.dataSource, "by_hand").validate())
                .doesNotThrowAnyException();
    }

    @Test
    void validationNamesTheScriptsThatAreMissing() {
        assertThatThrownBy(tables::validate).hasMessageContaining("lanekeeper").hasMessageContaining("v001__");

        tables.migrate();
        database.jdbc.execute("DELETE FROM lanekeeper.jobs_schema_history WHERE script LIKE 'v016%'");

        assertThatThrownBy(tables::validate).hasMessageContaining("v016__").hasMessageNotContaining("v001__");
    }

    @Test
    void anotherJobRunrOfTheSameDatabaseFindsRoomForItsOwn() {
        tables.migrate();

        new PostgresStorageProvider(database.dataSource).close();

        assertThat(shape("public")).contains("jobrunr_jobs.jobasjson text");
        assertThatCode(tables::validate).doesNotThrowAnyException();
    }

    @Test
    void stayApartFromTheTablesOfAnotherJobRunrThatWasThereBefore() {
        new PostgresStorageProvider(database.dataSource).close();
        var before = shape("public");

        tables.migrate();

        assertThat(shape("public")).isEqualTo(before);
        assertThat(shape(JobRunrDatabase.SCHEMA)).contains("jobrunr_jobs.jobasjson text");
    }

    /** Columns, indexes and views. */
    private List<String> shape(String schema) {
        return database.jdbc.queryForList("""
                SELECT table_name || '.' || column_name || ' ' || data_type
                FROM information_schema.columns
                WHERE table_schema = ?1
                UNION ALL
                SELECT replace(indexdef, ?1, '')
                FROM pg_indexes
                WHERE schemaname = ?1
                UNION ALL
                SELECT 'view ' || viewname
                FROM pg_views
                WHERE schemaname = ?1
                ORDER BY 1
                """.replace("?1", "'" + schema + "'"), String.class);
    }
}
