package dev.lanekeeper.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Passes bytes between clients and a server on 127.0.0.1, and stops doing so on demand: for trials of a broken ({@link
 * #cut}), a silent ({@link #stall}) or a slow ({@link #delay}) network. All methods may be called from any thread.
 */
public final class TcpProxy implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int BUFFER = 64 * 1024;

    private final int port;
    private final int targetPort;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private @Nullable Listener listener;
    private boolean stalled;
    private long delayNanos;

    private TcpProxy(int port, int targetPort) {
        this.port = port;
        this.targetPort = targetPort;
    }

    /** Starts a proxy on a free port. */
    public static TcpProxy to(int targetPort) {
        return on(Ports.free(), targetPort);
    }

    /** Starts a proxy on a given port. */
    public static TcpProxy on(int port, int targetPort) {
        var proxy = new TcpProxy(port, targetPort);
        proxy.heal();
        return proxy;
    }

    /** The port on 127.0.0.1 for clients; it stays the same. */
    public int port() {
        return port;
    }

    /** Closes all connections and refuses new ones, until {@link #heal}. */
    public void cut() {
        var closed = closeEverything();
        if (closed != null) {
            // The kernel goes on accepting until the accepting thread has let go.
            closed.awaitEnd();
        }
    }

    /** Keeps connections open and accepts new ones, but passes no byte, until {@link #heal}. */
    public synchronized void stall() {
        stalled = true;
    }

    /** Passes what clients say at once, but what the server says only after this time, until {@link #heal}. */
    public synchronized void delay(Duration time) {
        delayNanos = time.toNanos();
    }

    /** Passes bytes again: those that were held back, and those of new connections. */
    public synchronized void heal() {
        endStall();
        if (listener == null) {
            listener = listen();
        }
    }

    /** Closes all connections; the port is free again. */
    @Override
    public void close() {
        cut();
        endStall();
    }

    private synchronized @Nullable Listener closeEverything() {
        var closed = listener;
        listener = null;
        if (closed != null) {
            close(closed.socket);
        }
        sockets.forEach(TcpProxy::close);
        sockets.clear();
        return closed;
    }

    private synchronized void endStall() {
        stalled = false;
        delayNanos = 0;
        notifyAll();
    }

    private Listener listen() {
        try {
            var socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return new Listener(socket, start("accept", () -> accept(socket)));
        } catch (IOException e) {
            throw new UncheckedIOException("Could not listen on " + port, e);
        }
    }

    private void accept(ServerSocket from) throws IOException {
        while (true) {
            connect(from, from.accept());
        }
    }

    private void connect(ServerSocket from, Socket client) {
        try {
            var server = new Socket(InetAddress.getLoopbackAddress(), targetPort);
            if (admit(from, client, server)) {
                start("to-server", () -> pass(client, server, () -> {}));
                start("to-client", () -> pass(server, client, this::awaitDelay));
            }
        } catch (IOException serverIsDown) {
            close(client);
        }
    }

    /** A connection that was accepted just before a cut is not let through after it. */
    private synchronized boolean admit(ServerSocket from, Socket client, Socket server) throws IOException {
        sockets.add(client);
        sockets.add(server);
        if (listener == null || listener.socket != from) {
            closeBoth(client, server);
            return false;
        }
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        return true;
    }

    private void pass(Socket from, Socket to, Step first) throws IOException, InterruptedException {
        try {
            var buffer = new byte[BUFFER];
            for (int n = from.getInputStream().read(buffer);
                    n >= 0;
                    n = from.getInputStream().read(buffer)) {
                first.run();
                awaitPassage();
                to.getOutputStream().write(buffer, 0, n);
            }
        } finally {
            closeBoth(from, to);
        }
    }

    private synchronized void awaitDelay() throws InterruptedException {
        var came = System.nanoTime();
        for (var left = delayNanos; left > 0; left = delayNanos - (System.nanoTime() - came)) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    private synchronized void awaitPassage() throws InterruptedException {
        while (stalled) {
            wait();
        }
    }

    private void closeBoth(Socket one, Socket other) {
        close(one);
        close(other);
        sockets.remove(one);
        sockets.remove(other);
    }

    private Thread start(String name, Step step) {
        var thread = new Thread(() -> run(step), "proxy-" + port + "-" + name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** A closed socket is how these threads end. */
    private static void run(Step step) {
        try {
            step.run();
        } catch (IOException closed) {
            // Nothing is left to do.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void close(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            throw new IllegalStateException("Could not close " + socket, e);
        }
    }

    private record Listener(ServerSocket socket, Thread acceptor) {

        void awaitEnd() {
            try {
                acceptor.join(PATIENCE.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private interface Step {
        void run() throws IOException, InterruptedException;
    }
}
