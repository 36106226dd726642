package dev.lanekeeper.jpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.lanekeeper.api.LanekeeperConfigurationException;
import dev.lanekeeper.api.change.ReliableEntity;
import dev.lanekeeper.testkit.PostgresDatabase;
import dev.lanekeeper.testkit.PostgresServer;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jpa.EntityManagerFactoryBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;

/** What an application with marked entities is told when it starts. */
class EntityRuleTest {

    private static final PostgresDatabase DATABASE = PostgresServer.shared().createDatabase("marked");

    @Test
    void tellsAllThatIsWrongWithMarkedEntitiesAtOnce() {
        var thrown = catchThrowable(() -> new SpringApplicationBuilder(Wrong.class)
                .properties(
                        "spring.datasource.url=" + DATABASE.jdbcUrl(),
                        "spring.datasource.username=" + DATABASE.username(),
                        "spring.main.banner-mode=off",
                        "spring.main.web-application-type=none",
                        "lanekeeper.outbox.sleep=never")
                .run()
                .close());

        assertThat(thrown)
                .isInstanceOf(LanekeeperConfigurationException.class)
                .hasMessageContaining("works on another DataSource than Lanekeeper")
                .hasMessageContaining("@ReliableEntity(id = \"number\") names no attribute")
                .hasMessageContaining("recorded under the name 'thing'")
                .hasMessageContaining("lanekeeper.outbox.sleep");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Wrong {

        @Bean
        LocalContainerEntityManagerFactoryBean entityManagerFactory(EntityManagerFactoryBuilder builder) {
            return builder.dataSource(DATABASE.dataSource())
                    .managedTypes(PersistenceManagedTypes.of(First.class.getName(), Second.class.getName()))
                    .build();
        }
    }

    @Entity(name = "first")
    @ReliableEntity(name = "thing", id = "number")
    static class First {

        @Id
        long id;
    }

    @Entity(name = "second")
    @ReliableEntity(name = "thing")
    static class Second {

        @Id
        long id;
    }
}
