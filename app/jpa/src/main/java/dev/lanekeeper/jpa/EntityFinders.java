package dev.lanekeeper.jpa;

import dev.lanekeeper.api.change.ResourceFinder;
import dev.lanekeeper.handler.FinderSource;
import jakarta.persistence.EntityManager;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import tools.jackson.databind.json.JsonMapper;

/** Finds marked entities by what names them, in the caller's transaction if it has one. */
final class EntityFinders implements FinderSource {

    private final EntityFollower follower;
    private final JsonMapper mapper = JsonMapper.builder().build();

    EntityFinders(EntityFollower follower) {
        this.follower = follower;
    }

    @Override
    public <T> @Nullable ResourceFinder<T> finder(Class<T> resource) {
        for (var followed : follower.followed()) {
            var entity = followed.entities().find(resource);
            if (entity != null) {
                return new Finder<>(
                        resource, entity, SharedEntityManagerCreator.createSharedEntityManager(followed.factory()));
            }
        }
        return null;
    }

    private final class Finder<T> implements ResourceFinder<T> {

        private final Class<T> type;
        private final MarkedEntity entity;
        private final EntityManager entities;

        Finder(Class<T> type, MarkedEntity entity, EntityManager entities) {
            this.type = type;
            this.entity = entity;
            this.entities = entities;
        }

        @Override
        public Class<T> resourceClass() {
            return type;
        }

        @Override
        public Optional<T> find(String id) {
            return entity.namesItself()
                    ? Optional.ofNullable(
                            entities.find(type, read(id, entity.attributes().identifierClass())))
                    : byAttribute(id);
        }

        private Optional<T> byAttribute(String id) {
            var query = entities.getCriteriaBuilder().createQuery(type);
            var root = query.from(type);
            var attribute = root.get(entity.resource().id());
            query.where(entities.getCriteriaBuilder().equal(attribute, read(id, attribute.getJavaType())));
            return entities.createQuery(query).setMaxResults(1).getResultList().stream()
                    .findFirst();
        }

        private Object read(String id, Class<?> as) {
            return id.startsWith("{") ? mapper.readValue(id, as) : mapper.convertValue(id, as);
        }
    }
}
