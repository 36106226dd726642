package dev.lanekeeper.jpa;

import org.hibernate.event.spi.AbstractPostDatabaseOperationEvent;
import org.hibernate.event.spi.PostDeleteEvent;
import org.hibernate.event.spi.PostDeleteEventListener;
import org.hibernate.event.spi.PostInsertEvent;
import org.hibernate.event.spi.PostInsertEventListener;
import org.hibernate.event.spi.PostUpdateEvent;
import org.hibernate.event.spi.PostUpdateEventListener;
import org.hibernate.event.spi.PostUpsertEvent;
import org.hibernate.event.spi.PostUpsertEventListener;
import org.jspecify.annotations.Nullable;

/**
 * Hears each statement that Hibernate has executed for an entity, on the thread and in the transaction of the flush; what it
 * throws fails that transaction.
 */
final class EntityListener
        implements PostInsertEventListener, PostUpdateEventListener, PostDeleteEventListener, PostUpsertEventListener {

    private static final long serialVersionUID = 1L;

    private final transient MarkedEntities entities;
    private final transient TransactionChanges changes;

    EntityListener(MarkedEntities entities, TransactionChanges changes) {
        this.entities = entities;
        this.changes = changes;
    }

    @Override
    public void onPostInsert(PostInsertEvent event) {
        var entity = entity(event);
        if (entity != null) {
            var all = entity.attributes().all(event.getId(), event.getState(), event.getSession());
            add(entity, event, event.getState(), EntityChange.created(all));
        }
    }

    @Override
    public void onPostUpdate(PostUpdateEvent event) {
        var entity = entity(event);
        if (entity != null) {
            var old = known(event.getOldState(), event);
            var session = event.getSession();
            if (!entity.attributes()
                    .text(entity, event.getId(), old, session)
                    .equals(entity.attributes().text(entity, event.getId(), event.getState(), session))) {
                throw new IllegalArgumentException("The change of " + name(event) + " was not recorded: its attribute '"
                        + entity.resource().id() + "', which names it, has changed");
            }
            add(entity, event, event.getState(), entity.attributes().difference(old, event.getState(), session));
        }
    }

    @Override
    public void onPostDelete(PostDeleteEvent event) {
        var entity = entity(event);
        if (entity != null) {
            var old = known(event.getDeletedState(), event);
            add(
                    entity,
                    event,
                    old,
                    EntityChange.deleted(entity.attributes().all(event.getId(), old, event.getSession())));
        }
    }

    @Override
    public void onPostUpsert(PostUpsertEvent event) {
        if (entity(event) != null) {
            known(null, event);
        }
    }

    private @Nullable MarkedEntity entity(AbstractPostDatabaseOperationEvent event) {
        return entities.find(event.getPersister().getEntityName());
    }

    private static Object[] known(Object @Nullable [] state, AbstractPostDatabaseOperationEvent event) {
        if (state == null) {
            throw new IllegalStateException("The change of " + name(event)
                    + " was not recorded: a StatelessSession does not know what was before. Change the entity in a Session,"
                    + " or use a class without @ReliableEntity and record the change with Changes");
        }
        return state;
    }

    private static String name(AbstractPostDatabaseOperationEvent event) {
        return event.getPersister().getEntityName() + " " + event.getId();
    }

    private void add(
            MarkedEntity entity, AbstractPostDatabaseOperationEvent event, Object[] state, EntityChange change) {
        var id = entity.attributes().text(entity, event.getId(), state, event.getSession());
        changes.add(event.getSession(), entity.resource(), id, change);
    }

    @Override
    public boolean requiresPostCommitHandling(org.hibernate.persister.entity.EntityPersister persister) {
        return false;
    }
}
