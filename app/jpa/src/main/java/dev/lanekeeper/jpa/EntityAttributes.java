package dev.lanekeeper.jpa;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.lanekeeper.api.change.ChangeType;
import java.lang.reflect.AnnotatedElement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.hibernate.bytecode.enhance.spi.LazyPropertyInitializer;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.type.CompositeType;
import org.hibernate.type.Type;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanUtils;
import org.springframework.util.ReflectionUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The attributes of one entity that are recorded, and their values as JSON: what Jackson writes of a basic value, an object of an
 * embeddable, the identifier of an associated entity. Collections, and what is annotated with {@link JsonIgnore}, are left out.
 */
final class EntityAttributes {

    private final EntityPersister persister;
    private final JsonMapper mapper;
    private final String[] names;
    private final Type[] types;
    private final boolean[] recorded;

    EntityAttributes(EntityPersister persister, JsonMapper mapper) {
        this.persister = persister;
        this.mapper = mapper;
        this.names = persister.getPropertyNames();
        this.types = persister.getPropertyTypes();
        this.recorded = new boolean[names.length];
        for (int i = 0; i < names.length; i++) {
            recorded[i] = isRecorded(persister.getMappedClass(), names[i], types[i]);
        }
    }

    private static boolean isRecorded(Class<?> owner, String name, Type type) {
        return !type.isCollectionType()
                && Stream.of(ReflectionUtils.findField(owner, name), getter(owner, name))
                        .filter(Objects::nonNull)
                        .noneMatch(EntityAttributes::isIgnored);
    }

    private static @Nullable AnnotatedElement getter(Class<?> owner, String name) {
        var property = BeanUtils.getPropertyDescriptor(owner, name);
        return property == null ? null : property.getReadMethod();
    }

    private static boolean isIgnored(AnnotatedElement member) {
        var annotation = member.getAnnotation(JsonIgnore.class);
        return annotation != null && annotation.value();
    }

    boolean has(String attribute) {
        return List.of(names).contains(attribute);
    }

    boolean isIdentifier(String attribute) {
        return attribute.equals(persister.getIdentifierPropertyName());
    }

    Class<?> identifierClass() {
        return persister.getIdentifierType().getReturnedClass();
    }

    /** All of them, the identifier first. */
    Map<String, @Nullable JsonNode> all(Object id, Object[] state, SharedSessionContractImplementor session) {
        var all = new LinkedHashMap<String, @Nullable JsonNode>();
        identifier(id, session, all);
        for (int i = 0; i < names.length; i++) {
            if (recorded[i] && !isUnknown(state[i])) {
                all.put(names[i], json(types[i], state[i], session));
            }
        }
        return all;
    }

    private void identifier(
            Object id, SharedSessionContractImplementor session, Map<String, @Nullable JsonNode> attributes) {
        var value = json(persister.getIdentifierType(), id, session);
        var name = persister.getIdentifierPropertyName();
        if (name != null) {
            attributes.put(name, value);
        } else if (value != null) {
            value.propertyStream().forEach(part -> attributes.put(part.getKey(), part.getValue()));
        }
    }

    /** Those that differ; what was not loaded when it was replaced is taken for {@code null}. */
    EntityChange difference(Object[] old, Object[] state, SharedSessionContractImplementor session) {
        var before = new LinkedHashMap<String, @Nullable JsonNode>();
        var after = new LinkedHashMap<String, @Nullable JsonNode>();
        for (int i = 0; i < names.length; i++) {
            var was = isUnknown(old[i]) ? null : old[i];
            if (recorded[i] && !isUnknown(state[i]) && types[i].isDirty(was, state[i], session)) {
                before.put(names[i], json(types[i], was, session));
                after.put(names[i], json(types[i], state[i], session));
            }
        }
        return new EntityChange(ChangeType.UPDATED, before, after);
    }

    /** A lazy attribute that was never loaded. */
    private static boolean isUnknown(@Nullable Object value) {
        return value == LazyPropertyInitializer.UNFETCHED_PROPERTY;
    }

    /** What names the resource, by its identifier or by another attribute. */
    String text(MarkedEntity entity, Object id, Object[] state, SharedSessionContractImplementor session) {
        var value = entity.namesItself()
                ? json(persister.getIdentifierType(), id, session)
                : json(types[index(entity)], state[index(entity)], session);
        if (value == null || value.isNull()) {
            throw new IllegalArgumentException("The change of " + persister.getEntityName()
                    + " was not recorded: its attribute '" + entity.resource().id() + "' has no value");
        }
        return value.isValueNode() ? value.asString() : value.toString();
    }

    private int index(MarkedEntity entity) {
        return List.of(names).indexOf(entity.resource().id());
    }

    private @Nullable JsonNode json(Type type, @Nullable Object value, SharedSessionContractImplementor session) {
        if (value == null) {
            return null;
        }
        if (type.isEntityType() || type.isAnyType()) {
            var id = session.getFactory().getPersistenceUnitUtil().getIdentifier(value);
            return id == null ? null : mapper.valueToTree(id);
        }
        return type instanceof CompositeType composite ? object(composite, value, session) : mapper.valueToTree(value);
    }

    private JsonNode object(CompositeType type, Object value, SharedSessionContractImplementor session) {
        var object = mapper.createObjectNode();
        var parts = type.getPropertyNames();
        for (int i = 0; i < parts.length; i++) {
            if (isRecorded(value.getClass(), parts[i], type.getSubtypes()[i])) {
                object.set(parts[i], json(type.getSubtypes()[i], type.getPropertyValue(value, i, session), session));
            }
        }
        return object;
    }
}
