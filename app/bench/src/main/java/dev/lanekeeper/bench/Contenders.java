package dev.lanekeeper.bench;

import dev.lanekeeper.testkit.PostgresServer;
import dev.lanekeeper.testkit.RedisServer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Those that were asked for, in that order, and the Redis that one of them needs. */
record Contenders(List<Contender> all, @Nullable RedisServer redis) implements AutoCloseable {

    static Contenders of(CorridorOptions options, PostgresServer server) {
        var redis = options.contenders().contains("by-hand") ? RedisServer.create() : null;
        var all = new ArrayList<Contender>();
        for (var name : options.contenders()) {
            all.add(contender(name, server, redis));
        }
        if (options.prefill() > 0) {
            all.add(new PrefilledLanekeeper(server, options.prefill()));
        }
        return new Contenders(List.copyOf(all), redis);
    }

    private static Contender contender(String name, PostgresServer server, @Nullable RedisServer redis) {
        if (name.equals("by-hand") && redis != null) {
            return new ByHand(server, redis);
        }
        return switch (name) {
            case "lanekeeper" -> new LanekeeperContender(server);
            case "statsd" -> new StatsdLanekeeper(server);
            case "bare" -> new BareLoop(server);
            default -> throw new IllegalArgumentException("Unknown contender " + name);
        };
    }

    @Override
    public void close() {
        for (var contender : all) {
            if (contender instanceof StatsdLanekeeper statsd) {
                statsd.close();
            }
        }
        if (redis != null) {
            redis.close();
        }
    }
}
