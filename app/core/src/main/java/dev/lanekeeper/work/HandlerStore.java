package dev.lanekeeper.work;

import org.jspecify.annotations.Nullable;

/** Writes {@code handler} and {@code outbox_subscription}: the registry of all handlers that any node has. */
public final class HandlerStore {

    private final Database database;

    public HandlerStore(Database database) {
        this.database = database;
    }

    /**
     * A handler as it registers.
     *
     * @param kafkaGroup {@code null} when its events do not come from Kafka
     * @param topics likewise
     */
    public record Registration(
            String name,
            String laneGroup,
            @Nullable String kafkaGroup,
            @Nullable String topics) {}

    /** @return the handler's number, the same for every node and release */
    public int register(Registration handler) {
        return database.sql("""
                        INSERT INTO lanekeeper.handler (name, lane_group, kafka_group, topics)
                        VALUES (?, ?, ?, ?)
                            ON CONFLICT (name) DO UPDATE
                           SET lane_group = excluded.lane_group,
                               kafka_group = excluded.kafka_group,
                               topics = excluded.topics,
                               seen_at = now()
                        RETURNING handler_id
                        """)
                .param(handler.name())
                .param(handler.laneGroup())
                .param(handler.kafkaGroup())
                .param(handler.topics())
                .query(Integer.class)
                .single();
    }

    /** Enters a handler, or what has changed about it. */
    public void subscribe(Subscription subscription) {
        var events = subscription.events();
        var unique = subscription.unique();
        database.sql("""
                        INSERT INTO lanekeeper.outbox_subscription (
                               handler_id, kind, context, events, ordered, position, resource, unique_rule)
                        VALUES (?, ?, ?, ?::text[], ?, ?, ?, ?)
                            ON CONFLICT (handler_id) DO UPDATE
                           SET kind = excluded.kind,
                               context = excluded.context,
                               events = excluded.events,
                               ordered = excluded.ordered,
                               position = excluded.position,
                               resource = excluded.resource,
                               unique_rule = excluded.unique_rule
                        """)
                .param(subscription.handlerId())
                .param(subscription.kind().code())
                .param(subscription.context())
                .param(events == null ? null : events.toArray(String[]::new))
                .param(subscription.ordered())
                .param(subscription.position())
                .param(subscription.resource())
                .param(unique == null ? null : unique.json())
                .update();
    }

    /** No entry becomes an item of this handler any more; false when it had no part in the outbox. */
    public boolean unsubscribe(String handler) {
        return database.sql("""
                                DELETE FROM lanekeeper.outbox_subscription
                                 WHERE handler_id IN (SELECT handler_id FROM lanekeeper.handler WHERE name = ?)
                                """).param(handler).update() > 0;
    }

    public boolean isKnown(String name) {
        return database.sql("SELECT EXISTS (SELECT FROM lanekeeper.handler WHERE name = ?)")
                .param(name)
                .query(Boolean.class)
                .single();
    }

    /** Whether its events come from Kafka, by an intake of its own. */
    public boolean hasIntake(String name) {
        return database.sql("SELECT EXISTS (SELECT FROM lanekeeper.handler WHERE name = ? AND kafka_group IS NOT NULL)")
                .param(name)
                .query(Boolean.class)
                .single();
    }

    /** Pauses or resumes the intake of a handler on every node; false when it is so already, has none, or is unknown. */
    public boolean pauseIntake(String name, boolean paused, String by) {
        return database.sql("""
                                UPDATE lanekeeper.handler
                                   SET intake_paused_at = CASE WHEN ? THEN now() END, paused_by = ?
                                 WHERE name = ? AND (intake_paused_at IS NOT NULL) <> ? AND kafka_group IS NOT NULL
                                """)
                        .param(paused)
                        .param(Texts.safe(by))
                        .param(name)
                        .param(paused)
                        .update()
                == 1;
    }

    /** The same for what it does with items that are stored. */
    public boolean pauseProcessing(String name, boolean paused, String by) {
        return database.sql("""
                                UPDATE lanekeeper.handler
                                   SET processing_paused_at = CASE WHEN ? THEN now() END, paused_by = ?
                                 WHERE name = ? AND (processing_paused_at IS NOT NULL) <> ?
                                """)
                        .param(paused)
                        .param(Texts.safe(by))
                        .param(name)
                        .param(paused)
                        .update()
                == 1;
    }
}
