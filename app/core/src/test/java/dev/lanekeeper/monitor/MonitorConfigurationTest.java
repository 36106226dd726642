package dev.lanekeeper.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.LanekeeperAutoConfiguration;
import dev.lanekeeper.intake.kafka.IntakeListener;
import dev.lanekeeper.latency.LatencyRecorder;
import dev.lanekeeper.run.RunListener;
import dev.lanekeeper.work.DatabaseClock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

class MonitorConfigurationTest {

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withAllowBeanDefinitionOverriding(true)
            .withConfiguration(AutoConfigurations.of(LanekeeperAutoConfiguration.class))
            .withBean("lanekeeperClock", DatabaseClock.class, () -> Mockito.mock(DatabaseClock.class));

    @Test
    void listensAndMeasuresWhereThereIsARegistry() {
        application.withBean(MeterRegistry.class, SimpleMeterRegistry::new).run(context -> {
            assertThat(listeners(context, RunListener.class))
                    .hasExactlyElementsOfTypes(
                            RunEvents.class, AfterFailures.class, RunMeters.class, LatencyRecorder.class);
            assertThat(listeners(context, IntakeListener.class)).hasSize(2);
        });
    }

    @Test
    void measuresNothingWithoutARegistry() {
        application.run(context -> {
            assertThat(listeners(context, RunListener.class))
                    .hasExactlyElementsOfTypes(RunEvents.class, AfterFailures.class, LatencyRecorder.class);
            assertThat(listeners(context, IntakeListener.class)).singleElement().isInstanceOf(IntakeEvents.class);
        });
    }

    @Test
    void offersHealthOnlyWhereTheApplicationHasIt() {
        application.run(context -> assertThat(context.getBeanNamesForType(HealthIndicator.class))
                .containsExactlyInAnyOrder(
                        "lanekeeperMoversHealthIndicator",
                        "lanekeeperWorkersHealthIndicator",
                        "lanekeeperLanesHealthIndicator",
                        "lanekeeperLocksHealthIndicator",
                        "lanekeeperDatabaseHealthIndicator",
                        "lanekeeperLivenessHealthIndicator",
                        "lanekeeperReadinessHealthIndicator"));
        application
                .withClassLoader(new FilteredClassLoader(HealthIndicator.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("lanekeeperLanesHealthIndicator"));
    }

    private static <T> List<T> listeners(ApplicationContext context, Class<T> type) {
        return context.getBeanProvider(type).orderedStream().toList();
    }
}
