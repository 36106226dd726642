package dev.lanekeeper;

import dev.lanekeeper.api.LanekeeperConfigurationException;
import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import dev.lanekeeper.handler.Handlers;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.Schema;
import dev.lanekeeper.work.Schema.Installation;
import dev.lanekeeper.work.Seal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;

/** Looks at the database before anything is started, and says everything that is wrong with it in words that help. */
final class SchemaGate {

    private static final int OLDEST = 15;

    private final LanekeeperProperties properties;
    private final Handlers handlers;
    private final Seal seal;
    private final List<Problem> problems = new ArrayList<>();

    SchemaGate(LanekeeperProperties properties, Handlers handlers, Seal seal) {
        this.properties = properties;
        this.seal = seal;
        this.handlers = handlers;
    }

    Installed pass(@Nullable DataSource dataSource) {
        if (dataSource == null) {
            problems.add(new Problem(
                    "DataSource",
                    "the application has none, or several of which none is primary",
                    "Set spring.datasource.url to a PostgreSQL " + OLDEST
                            + " or newer, or mark one DataSource @Primary"));
            throw new LanekeeperConfigurationException(problems);
        }
        var database = new Database(dataSource, properties.schema().name(), seal);
        var schema = new Schema(database);
        checkServer(database);
        throwIfAny();
        prepare(schema);
        throwIfAny();
        return new Installed(
                database, install(schema).mark(), new PoolRoom(properties, handlers, dataSource).workers());
    }

    private void checkServer(Database database) {
        try {
            var server = database.server();
            if (!server.product().equals("PostgreSQL")) {
                problems.add(new Problem(
                        "spring.datasource.url",
                        "it leads to " + server.product(),
                        "Lanekeeper needs PostgreSQL " + OLDEST + " or newer"));
            } else if (server.major() < OLDEST) {
                problems.add(new Problem(
                        "spring.datasource.url",
                        "it leads to PostgreSQL " + server.version(),
                        "Lanekeeper needs PostgreSQL " + OLDEST + " or newer"));
            }
        } catch (RuntimeException e) {
            problems.add(new Problem(
                    "spring.datasource.url",
                    "PostgreSQL cannot be reached: " + cause(e),
                    "Start it, or correct address, user and password"));
        }
    }

    private void prepare(Schema schema) {
        try {
            switch (properties.schema().manage()) {
                case MIGRATE -> schema.migrate();
                case VALIDATE -> schema.validate();
                case NONE -> {}
            }
        } catch (RuntimeException e) {
            problems.add(new Problem(
                    "lanekeeper.schema",
                    "schema '%s' could not be brought to this release (manage=%s): %s"
                            .formatted(
                                    properties.schema().name(),
                                    properties.schema().manage().name().toLowerCase(Locale.ROOT),
                                    cause(e)),
                    "Give the user the right to create it (GRANT CREATE ON DATABASE), or let somebody who has it run the"
                            + " migrations and set lanekeeper.schema.manage=validate"));
        }
    }

    private Installation install(Schema schema) {
        Installation installation;
        try {
            installation = schema.install(properties.application());
        } catch (RuntimeException e) {
            problems.add(new Problem(
                    "lanekeeper.schema",
                    "the tables of schema '%s' cannot be used: %s"
                            .formatted(properties.schema().name(), cause(e)),
                    "Set lanekeeper.schema.manage=migrate, or grant the user all rights on the schema's tables"));
            throw new LanekeeperConfigurationException(problems);
        }
        if (!installation.application().equals(properties.application())) {
            problems.add(
                    new Problem(
                            "lanekeeper.schema.name",
                            "schema '%s' belongs to application '%s', this one is called '%s'"
                                    .formatted(
                                            properties.schema().name(),
                                            installation.application(),
                                            properties.application()),
                            "Choose another schema for this application, or set lanekeeper.application to the name that owns it"));
        }
        throwIfAny();
        return installation;
    }

    private static String cause(RuntimeException e) {
        var message = NestedExceptionUtils.getMostSpecificCause(e).getMessage();
        return message == null ? e.toString() : message.strip();
    }

    private void throwIfAny() {
        if (!problems.isEmpty()) {
            throw new LanekeeperConfigurationException(problems);
        }
    }
}
