package dev.lanekeeper.monitor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Reads StatsD datagrams from a real socket, and remembers who has sent which line. */
final class Collector implements AutoCloseable {

    private final DatagramSocket socket;
    private final List<Line> lines = new CopyOnWriteArrayList<>();

    /** One line, the port that it came from and when it came. */
    record Line(String text, int sender, long nanos) {}

    Collector() {
        try {
            socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var thread = new Thread(this::read, "collector");
        thread.setDaemon(true);
        thread.start();
    }

    private void read() {
        var packet = new DatagramPacket(new byte[65_536], 65_536);
        while (!socket.isClosed()) {
            try {
                socket.receive(packet);
                var text = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
                text.lines().forEach(line -> lines.add(new Line(line, packet.getPort(), System.nanoTime())));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    int port() {
        return socket.getLocalPort();
    }

    List<Line> lines() {
        return List.copyOf(lines);
    }

    List<Line> starting(String name) {
        return lines.stream().filter(line -> line.text().startsWith(name)).toList();
    }

    @Override
    public void close() {
        socket.close();
    }
}
