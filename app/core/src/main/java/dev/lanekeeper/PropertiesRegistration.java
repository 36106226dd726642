package dev.lanekeeper;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.Environment;

/**
 * Makes {@link LanekeeperProperties} a bean.
 *
 * <p>Registered as a finished object, which Boot's binding leaves alone: that would bind it a second time, and stop at the
 * first error. What is wrong is thrown by the {@link dev.lanekeeper.handler.HandlerCatalog}, with what is wrong elsewhere.
 */
final class PropertiesRegistration implements BeanFactoryPostProcessor {

    private final Environment environment;

    PropertiesRegistration(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
        var result = new PropertiesReader(environment).read();
        beans.registerSingleton("lanekeeperProperties", result.properties());
        beans.registerSingleton("lanekeeperPropertiesProblems", result);
    }
}
