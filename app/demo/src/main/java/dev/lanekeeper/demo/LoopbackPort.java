package dev.lanekeeper.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports on 127.0.0.1 for servers that want to be told theirs. */
final class LoopbackPort {

    // Below the range from which Linux takes the local ports of outgoing connections.
    private static final int LOWEST = 15_000;
    private static final int HIGHEST = 32_000;
    private static final int TRIES = 1_000;

    private LoopbackPort() {}

    /** The wanted port, or any free one for 0; says which option chooses another when it is taken. */
    static int claim(int wanted, String whose, String option) {
        if (wanted == 0) {
            return any();
        }
        if (!isFree(wanted)) {
            throw new Unusable("Port " + wanted + " on 127.0.0.1, for " + whose
                    + ", is in use by another program. Stop that, or choose another port with " + option + " N.");
        }
        return wanted;
    }

    private static int any() {
        for (var n = 0; n < TRIES; n++) {
            var port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            if (isFree(port)) {
                return port;
            }
        }
        throw new Unusable("No port between " + LOWEST + " and " + HIGHEST + " is free on 127.0.0.1.");
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
