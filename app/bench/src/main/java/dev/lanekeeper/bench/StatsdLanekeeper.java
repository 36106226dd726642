package dev.lanekeeper.bench;

import dev.lanekeeper.testkit.PostgresServer;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.Map;

/**
 * The product with its meters on and sent to a collector that is there and reads nothing: the kernel drops what does not fit, so
 * that no time of a collector's is counted with the product's.
 */
final class StatsdLanekeeper extends LanekeeperContender implements AutoCloseable {

    private final DatagramSocket collector;

    StatsdLanekeeper(PostgresServer server) {
        super(server);
        try {
            collector = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        } catch (SocketException e) {
            throw new IllegalStateException("No socket for a collector", e);
        }
    }

    @Override
    public String name() {
        return "statsd";
    }

    @Override
    void configure(Map<String, Object> settings) {
        settings.put("lanekeeper.statsd.enabled", true);
        settings.put("lanekeeper.statsd.host", collector.getLocalAddress().getHostAddress());
        settings.put("lanekeeper.statsd.port", collector.getLocalPort());
    }

    @Override
    public void close() {
        collector.close();
    }
}
