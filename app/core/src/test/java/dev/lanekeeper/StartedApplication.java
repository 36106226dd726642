package dev.lanekeeper;

import dev.lanekeeper.testkit.PostgresDatabase;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Starts an application without a web server on a database of the test's. */
public final class StartedApplication {

    private StartedApplication() {}

    /** @param more properties, which count before the usual ones */
    public static ConfigurableApplicationContext of(Class<?> application, PostgresDatabase database, String... more) {
        return new SpringApplicationBuilder(application)
                .properties(
                        "spring.datasource.url=" + database.jdbcUrl(),
                        "spring.datasource.username=" + database.username(),
                        "spring.datasource.hikari.maximum-pool-size=20",
                        "spring.main.banner-mode=off",
                        "spring.main.web-application-type=none",
                        "lanekeeper.workers=4",
                        "lanekeeper.outbox.sleep=100ms")
                .properties(more)
                .run();
    }
}
