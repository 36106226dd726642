package dev.lanekeeper.work;

import java.util.Map;
import java.util.UUID;
import org.flywaydb.core.Flyway;

/**
 * Our tables: made or checked at start-up by a Flyway of our own, which knows nothing of the application's migrations.
 */
public final class Schema {

    private final Database database;

    public Schema(Database database) {
        this.database = database;
    }

    /** Creates the schema if need be and brings it up to date. */
    public void migrate() {
        flyway().migrate();
    }

    /** Fails when the schema is not what this release needs. */
    public void validate() {
        flyway().validate();
    }

    private Flyway flyway() {
        return Flyway.configure()
                .dataSource(database.dataSource())
                .schemas(database.schema())
                .defaultSchema(database.schema())
                .table("schema_history")
                .locations("classpath:dev/lanekeeper/db/migration")
                .placeholders(Map.of("schema", database.schema()))
                .loggers("slf4j")
                .load();
    }

    /** Whose schema it is, and the mark of our Kafka commits. */
    public record Installation(String application, UUID mark) {}

    /** Takes the schema for this application unless it belongs to one already; the caller compares. */
    public Installation install(String application) {
        database.sql("""
                        INSERT INTO lanekeeper.installation (application)
                        VALUES (?)
                            ON CONFLICT DO NOTHING
                        """).param(application).update();
        return database.sql("SELECT application, mark FROM lanekeeper.installation")
                .query(Installation.class)
                .single();
    }
}
