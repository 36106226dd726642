package dev.lanekeeper.demo;

import dev.lanekeeper.api.job.Jobs;
import dev.lanekeeper.api.outbox.Outbox;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** The shop's handlers. */
@Configuration(proxyBeanMethods = false)
class ShopConfiguration {

    @Bean
    Effects effects(DataSource dataSource) {
        return new Effects(dataSource);
    }

    @Bean
    Orders orders(Effects effects, ObjectProvider<Receipts> receipts, ObjectProvider<Statements> statements) {
        return new Orders(
                effects,
                order -> {
                    receipts.ifAvailable(office -> office.order(order));
                    statements.ifAvailable(office -> office.ask(order));
                },
                Clock.systemUTC());
    }

    /** Not in a bounded run, which accounts for what came through Kafka alone. */
    @Bean
    @Conditional(Endless.class)
    Receipts receipts(Outbox outbox) {
        return new Receipts(outbox);
    }

    /** Not in a bounded run either. */
    @Bean
    @Conditional(Endless.class)
    Statements statements(Jobs jobs) {
        return new Statements(jobs);
    }

    /** Nor this. */
    @Bean
    @Conditional(Endless.class)
    Stocktaking stocktaking(Jobs jobs, Effects effects) {
        return new Stocktaking(jobs, effects);
    }

    static class Endless implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            var beans = context.getBeanFactory();
            return beans != null
                    && !beans.getBean("demoOptions", DemoOptions.class).bounded();
        }
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
