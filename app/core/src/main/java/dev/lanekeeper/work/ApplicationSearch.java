package dev.lanekeeper.work;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Finds out which application this is: all processes that have their turns from one database are one, whatever it calls itself. */
public final class ApplicationSearch {

    private final Database database;
    private volatile @Nullable UUID id;

    public ApplicationSearch(Database database) {
        this.database = database;
    }

    /**
     * What tells it from others that share a Redis with it. Asks the database when it is called first.
     *
     * @throws org.springframework.dao.DataAccessException when it does not answer
     */
    public UUID id() {
        var known = id;
        if (known == null) {
            known = database.sql("SELECT id FROM lanekeeper.application")
                    .query(UUID.class)
                    .single();
            id = known;
        }
        return known;
    }
}
