package dev.lanekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;

class PortsTest {

    @Test
    void findsAPortOnWhichAServerCanListen() throws Exception {
        int port = Ports.free();

        try (var listener = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
                var client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            assertThat(client.isConnected()).isTrue();
            assertThat(listener.getLocalPort()).isLessThan(32_768);
        }
    }
}
