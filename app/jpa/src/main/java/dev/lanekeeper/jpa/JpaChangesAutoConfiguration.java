package dev.lanekeeper.jpa;

import dev.lanekeeper.LanekeeperAutoConfiguration;
import dev.lanekeeper.intake.outbox.ChangeWriter;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.annotation.Bean;
import org.springframework.transaction.PlatformTransactionManager;
import tools.jackson.databind.json.JsonMapper;

/**
 * Records what an application with Hibernate does to entities that are marked
 * {@link dev.lanekeeper.api.change.ReliableEntity}; without any it changes nothing.
 */
@AutoConfiguration(after = LanekeeperAutoConfiguration.class)
@ConditionalOnBean(ChangeWriter.class)
public class JpaChangesAutoConfiguration {

    @Bean
    static EntityFollower lanekeeperEntityFollower(
            ConfigurableListableBeanFactory beans,
            ObjectProvider<ChangeWriter> writer,
            ObjectProvider<DataSource> dataSource,
            ObjectProvider<JsonMapper> mappers) {
        return new EntityFollower(
                beans,
                () -> mappers.getIfUnique(() -> JsonMapper.builder().build()),
                new TransactionChanges(writer::getObject, dataSource::getObject));
    }

    @Bean
    EntityRule lanekeeperEntityRule(
            EntityFollower follower,
            ObjectProvider<PlatformTransactionManager> managers,
            ObjectProvider<DataSource> dataSource) {
        return new EntityRule(follower, () -> managers.stream().toList(), dataSource::getIfUnique);
    }

    @Bean
    EntityFinders lanekeeperEntityFinders(EntityFollower follower) {
        return new EntityFinders(follower);
    }
}
