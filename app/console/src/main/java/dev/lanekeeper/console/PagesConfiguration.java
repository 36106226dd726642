package dev.lanekeeper.console;

import dev.lanekeeper.console.overview.OverviewPage;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** The pages. Made at the first request, since what needs the database is known only when all handlers have been checked. */
@Configuration(proxyBeanMethods = false)
@Lazy
class PagesConfiguration {

    @Bean
    OverviewPage lanekeeperOverviewPage() {
        return new OverviewPage();
    }
}
