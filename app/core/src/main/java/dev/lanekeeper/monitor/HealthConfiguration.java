package dev.lanekeeper.monitor;

import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Health indicators, where the application has Spring Boot's health module. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(HealthIndicator.class)
class HealthConfiguration {

    @Bean
    CompositeHealthContributor lanekeeperIntakeHealthContributor(Monitor monitor) {
        return new IntakesHealth(monitor);
    }

    @Bean
    HealthIndicator lanekeeperMoversHealthIndicator(Monitor monitor) {
        return new MoversHealth(monitor);
    }

    @Bean
    HealthIndicator lanekeeperWorkersHealthIndicator(Monitor monitor, MonitorSettings settings) {
        return new WorkersHealth(monitor, settings.runningWarning());
    }

    @Bean
    HealthIndicator lanekeeperLanesHealthIndicator(Monitor monitor, MonitorSettings settings) {
        return new LanesHealth(monitor, settings.blockedWarning());
    }

    @Bean
    HealthIndicator lanekeeperLocksHealthIndicator(Monitor monitor) {
        return new LocksHealth(monitor);
    }

    @Bean
    HealthIndicator lanekeeperDatabaseHealthIndicator(Monitor monitor) {
        return new DatabaseHealth(monitor);
    }

    @Bean
    HealthIndicator lanekeeperLivenessHealthIndicator(Monitor monitor) {
        return new LivenessHealth(monitor);
    }

    @Bean
    HealthIndicator lanekeeperReadinessHealthIndicator(Monitor monitor) {
        return new ReadinessHealth(monitor);
    }
}
