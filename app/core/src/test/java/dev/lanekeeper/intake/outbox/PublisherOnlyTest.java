package dev.lanekeeper.intake.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.outbox.Outbox;
import dev.lanekeeper.testkit.PostgresServer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

class PublisherOnlyTest {

    @Test
    void writesEntriesWithoutAHandlerAndStartsNothing() {
        var database = PostgresServer.shared().createDatabase("publisher_only");
        try (var application = new SpringApplicationBuilder(Application.class)
                .properties(
                        "spring.datasource.url=" + database.jdbcUrl(),
                        "spring.datasource.username=" + database.username(),
                        "spring.datasource.hikari.maximum-pool-size=2",
                        "spring.main.banner-mode=off",
                        "spring.main.web-application-type=none")
                .run()) {
            var jdbc = application.getBean(JdbcClient.class);
            assertThat(count(jdbc, "schema_history"))
                    .as("the tables are there before the first transaction")
                    .isPositive();

            application.getBean(Shop.class).place();

            assertThat(count(jdbc, "outbox_entry")).isEqualTo(1);
            assertThat(count(jdbc, "node")).isZero();
        }
    }

    private static long count(JdbcClient jdbc, String table) {
        return jdbc.sql("SELECT count(*) FROM lanekeeper." + table)
                .query(Long.class)
                .single();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Shop.class)
    static class Application {}

    static class Shop {

        private final Outbox outbox;

        Shop(Outbox outbox) {
            this.outbox = outbox;
        }

        @Transactional
        public void place() {
            outbox.publish("orders", "placed", Map.of("id", "o-1"), "customer");
        }
    }
}
