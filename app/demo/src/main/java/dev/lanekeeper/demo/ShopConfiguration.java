package dev.lanekeeper.demo;

import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The shop's handlers. */
@Configuration(proxyBeanMethods = false)
class ShopConfiguration {

    @Bean
    Effects effects(DataSource dataSource) {
        return new Effects(dataSource);
    }

    @Bean
    Orders orders(Effects effects) {
        return new Orders(effects, Clock.systemUTC());
    }

    @Bean
    Parcels parcels(Effects effects) {
        return new Parcels(effects);
    }

    @Bean
    CommitToStart commitToStart() {
        return new CommitToStart();
    }
}
