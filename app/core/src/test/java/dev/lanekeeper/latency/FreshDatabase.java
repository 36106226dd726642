package dev.lanekeeper.latency;

import com.zaxxer.hikari.HikariDataSource;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.HandlerStore;
import dev.lanekeeper.work.MigratedDatabase;
import java.util.UUID;

/** A database of its own with Lanekeeper's tables and one handler, {@code orders}. */
final class FreshDatabase implements AutoCloseable {

    private final HikariDataSource pool = new HikariDataSource();
    private final Database database;
    private final int orders;

    FreshDatabase(String name) {
        var fresh = MigratedDatabase.create(
                name + "_" + UUID.randomUUID().toString().substring(0, 8));
        pool.setJdbcUrl(fresh.jdbcUrl());
        pool.setUsername(fresh.username());
        database = new Database(pool, "lanekeeper");
        orders = new HandlerStore(database).register(new HandlerStore.Registration("orders", "orders", "orders", "t"));
    }

    Database database() {
        return database;
    }

    /** The handler's number. */
    int orders() {
        return orders;
    }

    @Override
    public void close() {
        pool.close();
    }
}
