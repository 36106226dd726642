package dev.lanekeeper;

import dev.lanekeeper.handler.BuiltInHandler;
import dev.lanekeeper.handler.HandlerCatalog;
import dev.lanekeeper.handler.HandlerRule;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;

/** The properties, and the application's handlers. */
@Configuration(proxyBeanMethods = false)
class HandlerConfiguration {

    @Bean
    static PropertiesRegistration lanekeeperPropertiesRegistration(Environment environment) {
        return new PropertiesRegistration(environment);
    }

    @Bean
    EncryptionReader lanekeeperEncryption(PropertiesReader.Result read, ResourceLoader resources) {
        return new EncryptionReader(read.properties(), resources);
    }

    @Bean
    LocksReader lanekeeperLocks(PropertiesReader.Result read, ResourceLoader resources) {
        return new LocksReader(read.properties(), resources);
    }

    @Bean
    HandlerCatalog lanekeeperHandlerCatalog(
            ConfigurableListableBeanFactory beans,
            Environment environment,
            PropertiesReader.Result read,
            ObjectProvider<DataSource> dataSource,
            ObjectProvider<BuiltInHandler> builtIn,
            ObjectProvider<HandlerRule> rules) {
        return new HandlerCatalog(
                beans,
                environment,
                read.properties().handlerSettings(),
                dataSource::getObject,
                builtIn.orderedStream().toList(),
                handlers -> Stream.of(
                                new PoolRoom(read.properties(), handlers, dataSource.getIfUnique()).shortage().stream(),
                                new EntryKeys(read.properties().encryption().outbox(), handlers).problems().stream(),
                                rules.orderedStream().flatMap(rule -> rule.problems(handlers).stream()))
                        .flatMap(found -> found)
                        .toList(),
                read.problems());
    }
}
