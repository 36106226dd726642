package dev.lanekeeper.jpa;

import dev.lanekeeper.intake.outbox.ChangeWriter;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.PersistenceException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.event.spi.EventType;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import tools.jackson.databind.json.JsonMapper;

/** Listens to each of Hibernate's factories that has marked entities, before any bean can use it. */
final class EntityFollower implements BeanPostProcessor {

    private final ConfigurableListableBeanFactory beans;
    private final Supplier<JsonMapper> mapper;
    private final TransactionChanges changes;
    private final List<Followed> followed = new CopyOnWriteArrayList<>();

    /** A factory and its marked entities. */
    record Followed(EntityManagerFactory factory, SessionFactoryImplementor hibernate, MarkedEntities entities) {}

    EntityFollower(ConfigurableListableBeanFactory beans, Supplier<JsonMapper> mapper, TransactionChanges changes) {
        this.beans = beans;
        this.mapper = mapper;
        this.changes = changes;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof EntityManagerFactory factory) {
            hibernate(factory)
                    .filter(hibernate -> followed.stream().noneMatch(f -> f.hibernate() == hibernate))
                    .ifPresent(hibernate -> follow(factory, hibernate, beanName));
        }
        return bean;
    }

    private static Optional<SessionFactoryImplementor> hibernate(EntityManagerFactory factory) {
        try {
            return Optional.of(factory.unwrap(SessionFactoryImplementor.class));
        } catch (PersistenceException | IllegalArgumentException e) {
            return Optional.empty(); // somebody else's JPA
        }
    }

    private void follow(EntityManagerFactory factory, SessionFactoryImplementor hibernate, String beanName) {
        var entities = MarkedEntities.of(hibernate, mapper.get());
        if (entities.all().isEmpty()) {
            return;
        }
        var listener = new EntityListener(entities, changes);
        var registry = hibernate.getEventListenerRegistry();
        registry.appendListeners(EventType.POST_INSERT, listener);
        registry.appendListeners(EventType.POST_UPDATE, listener);
        registry.appendListeners(EventType.POST_DELETE, listener);
        registry.appendListeners(EventType.POST_UPSERT, listener);
        followed.add(new Followed(factory, hibernate, entities));
        // Whoever has marked entities writes entries, so the tables are looked at when the application starts.
        for (var writer : beans.getBeanNamesForType(ChangeWriter.class, true, false)) {
            beans.registerDependentBean(writer, beanName);
        }
    }

    List<Followed> followed() {
        return followed;
    }
}
