package dev.lanekeeper.demo;

import dev.lanekeeper.demo.DemoOptions.Plant;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What the sample handlers did, in the order in which they did it: a table without any unique constraint, so that an effect
 * that is there twice shows.
 */
class Effects {

    private final JdbcClient jdbc;

    Effects(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        jdbc.sql("CREATE SCHEMA IF NOT EXISTS demo").update();
        jdbc.sql("""
                CREATE TABLE IF NOT EXISTS demo.effect (
                  effect_id bigint  GENERATED ALWAYS AS IDENTITY,
                  topic     text    NOT NULL,
                  event_id  text    NOT NULL,
                  resource  text    NOT NULL,
                  number    bigint  NOT NULL
                )
                """).update();
    }

    /**
     * One effect.
     *
     * @param resource whose lane it was
     * @param number the event's place among those of its resource
     */
    record Effect(String topic, String eventId, String resource, long number) {}

    /** Joins the transaction of the caller, if there is one. */
    void add(String topic, String eventId, String resource, long number) {
        jdbc.sql("INSERT INTO demo.effect (topic, event_id, resource, number) VALUES (?, ?, ?, ?)")
                .param(topic)
                .param(eventId)
                .param(resource)
                .param(number)
                .update();
    }

    /** All, in the order in which they happened. */
    List<Effect> all() {
        return jdbc.sql("SELECT topic, event_id, resource, number FROM demo.effect ORDER BY effect_id")
                .query(Effect.class)
                .list();
    }

    /** How many there are of one resource. */
    long count(String topic, String resource) {
        return jdbc.sql("SELECT count(*) FROM demo.effect WHERE topic = ? AND resource = ?")
                .param(topic)
                .param(resource)
                .query(Long.class)
                .single();
    }

    /** Falsifies the effects, so that whoever compares them with what was sent must notice. */
    void plant(Plant plant) {
        switch (plant) {
            case NONE -> {}
            case LOSS -> jdbc.sql("""
                        DELETE FROM demo.effect
                         WHERE effect_id = (SELECT min(effect_id) FROM demo.effect)
                        """).update();
            case DOUBLE -> jdbc.sql("""
                        INSERT INTO demo.effect (topic, event_id, resource, number)
                        SELECT topic, event_id, resource, number
                          FROM demo.effect
                         ORDER BY effect_id DESC
                         LIMIT 1
                        """).update();
            case SWAP -> jdbc.sql("""
                        WITH pair AS (
                             SELECT a.effect_id AS first, b.effect_id AS second
                               FROM demo.effect AS a
                               JOIN demo.effect AS b USING (topic, resource)
                              WHERE b.effect_id > a.effect_id
                              ORDER BY a.effect_id, b.effect_id
                              LIMIT 1)
                        UPDATE demo.effect AS e
                           SET event_id = other.event_id, number = other.number
                          FROM pair, demo.effect AS other
                         WHERE e.effect_id IN (pair.first, pair.second)
                           AND other.effect_id IN (pair.first, pair.second)
                           AND other.effect_id <> e.effect_id
                        """).update();
        }
    }
}
