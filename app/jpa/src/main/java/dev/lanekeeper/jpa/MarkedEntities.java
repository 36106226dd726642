package dev.lanekeeper.jpa;

import dev.lanekeeper.api.change.ReliableEntity;
import dev.lanekeeper.handler.ResourceName;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotatedElementUtils;
import tools.jackson.databind.json.JsonMapper;

/** The entities of one factory whose changes are recorded, by Hibernate's names for them. */
final class MarkedEntities {

    private final Map<String, MarkedEntity> byName = new HashMap<>();

    static MarkedEntities of(SessionFactoryImplementor hibernate, JsonMapper mapper) {
        var marked = new MarkedEntities();
        var persisters = new HashMap<Class<?>, EntityPersister>();
        hibernate
                .getMappingMetamodel()
                .forEachEntityDescriptor(persister -> persisters.put(persister.getMappedClass(), persister));
        persisters.forEach((type, persister) -> {
            var resource = resource(type, persisters.keySet());
            if (resource != null) {
                marked.byName.put(
                        persister.getEntityName(),
                        new MarkedEntity(
                                type, resource, ResourceName.of(resource), new EntityAttributes(persister, mapper)));
            }
        });
        return marked;
    }

    /**
     * As what an entity's changes are recorded: as the marked entity that it is or extends, or, where a class is marked that is
     * no entity itself, as the entity next below that class.
     */
    private static @Nullable Class<?> resource(Class<?> type, Set<Class<?>> entities) {
        var entity = type;
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            entity = entities.contains(each) ? each : entity;
            if (AnnotatedElementUtils.isAnnotated(each, ReliableEntity.class)) {
                return entity;
            }
        }
        return null;
    }

    @Nullable
    MarkedEntity find(String entityName) {
        return byName.get(entityName);
    }

    /** The entity that has this class itself. */
    @Nullable
    MarkedEntity find(Class<?> type) {
        return all().stream().filter(e -> e.type() == type).findFirst().orElse(null);
    }

    Collection<MarkedEntity> all() {
        return byName.values();
    }
}
