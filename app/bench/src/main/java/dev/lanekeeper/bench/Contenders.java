package dev.lanekeeper.bench;

import dev.lanekeeper.testkit.PostgresServer;
import java.util.ArrayList;
import java.util.List;

/** Those that were asked for, in that order. */
record Contenders(List<Contender> all) implements AutoCloseable {

    static Contenders of(CorridorOptions options, PostgresServer server) {
        var all = new ArrayList<Contender>();
        for (var name : options.contenders()) {
            all.add(switch (name) {
                case "lanekeeper" -> new LanekeeperContender(server);
                case "bare" -> new BareLoop(server);
                default -> throw new IllegalArgumentException("Unknown contender " + name);
            });
        }
        return new Contenders(List.copyOf(all));
    }

    @Override
    public void close() {}
}
