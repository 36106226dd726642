package dev.lanekeeper.work;

import java.sql.ResultSet;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/** Writes {@code node}: who lives, by the database's clock. */
public final class NodeStore {

    private final Database database;

    public NodeStore(Database database) {
        this.database = database;
    }

    /** What a node says of itself when it starts. */
    public record NewNode(String name, String version, String roles, int workers, Collection<Integer> handlerIds) {}

    /** A new incarnation; its id was never used before. */
    public long register(NewNode node) {
        return database.sql("""
                        INSERT INTO lanekeeper.node (node_id, name, version, roles, workers, handlers)
                        VALUES (nextval('lanekeeper.node_incarnation'), ?, ?, ?, ?, ?::int[])
                        RETURNING node_id
                        """)
                .param(node.name())
                .param(node.version())
                .param(node.roles())
                .param(node.workers())
                .param(node.handlerIds().stream().mapToInt(Integer::intValue).toArray())
                .query(Long.class)
                .single();
    }

    /** @return false when others have declared this incarnation dead */
    public boolean renew(long nodeId, String running) {
        return database.sql("""
                                UPDATE lanekeeper.node
                                   SET renewed_at = clock_timestamp(), running = ?::jsonb
                                 WHERE node_id = ?
                                """).param(running).param(nodeId).update() == 1;
    }

    /**
     * Keeps a node from being declared dead until this transaction ends; a rescue would else pass over the lanes that it is
     * about to be given.
     *
     * @return false when it has been
     */
    public boolean holdAlive(long nodeId) {
        return database.sql("SELECT node_id FROM lanekeeper.node WHERE node_id = ? FOR KEY SHARE")
                .param(nodeId)
                .query(Long.class)
                .optional()
                .isPresent();
    }

    /** As the first statement of a transaction that locks lanes: guards it and keeps the node from being declared dead. */
    boolean guardAndHoldAlive(long nodeId) {
        return database.guardLanes(
                "(SELECT true FROM lanekeeper.node WHERE node_id = ? FOR KEY SHARE)", nodeId, ResultSet::getBoolean);
    }

    /** Deletes the nodes that have not renewed for so long; one that somebody is just giving lanes to is left for later. */
    List<Long> deleteSilent(long self, Duration silence) {
        return database.sql("""
                        DELETE FROM lanekeeper.node
                         WHERE node_id IN (
                               SELECT node_id
                                 FROM lanekeeper.node
                                WHERE renewed_at < clock_timestamp() - ? * interval '1 millisecond' AND node_id <> ?
                                  FOR UPDATE SKIP LOCKED)
                        RETURNING node_id
                        """)
                .param(silence.toMillis())
                .param(self)
                .query(Long.class)
                .list();
    }

    /** The node ends in peace; it owns nothing any more. */
    public void delete(long nodeId) {
        database.sql("DELETE FROM lanekeeper.node WHERE node_id = ?")
                .param(nodeId)
                .update();
    }
}
