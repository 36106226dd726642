package dev.lanekeeper.examples.hostile;

import com.zaxxer.hikari.HikariDataSource;
import javax.sql.DataSource;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/** Two databases; Lanekeeper uses the primary one. */
@Configuration(proxyBeanMethods = false)
class Databases {

    @Bean
    @Primary
    DataSource shop(DataSourceProperties properties) {
        var pool = properties
                .initializeDataSourceBuilder()
                .type(HikariDataSource.class)
                .build();
        pool.setMaximumPoolSize(24);
        return pool;
    }

    @Bean
    @ConfigurationProperties("archive")
    HikariDataSource archive() {
        return DataSourceBuilder.create().type(HikariDataSource.class).build();
    }
}
