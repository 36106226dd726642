package dev.lanekeeper.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import redis.embedded.core.ExecutableProvider;

/**
 * A real Redis on 127.0.0.1, empty after each start: it writes nothing to disk. Its port stays over restarts, and it
 * never outlives this JVM. All methods may be called from any thread.
 */
public final class RedisServer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int ANSWER_MILLIS = 1_000;

    private final Path folder = Folders.create("redis");
    private final Path log = folder.resolve("log");
    private final int port = Ports.free();
    private final Path executable;
    private final Guardian guardian = Guardian.of(folder, "KILL");
    private @Nullable Process process;

    private RedisServer() {
        try {
            executable = ExecutableProvider.newJarResourceProvider(folder.toFile())
                    .get()
                    .toPath();
        } catch (IOException e) {
            throw new UncheckedIOException("Could not unpack Redis", e);
        }
    }

    /** Starts a server. */
    public static RedisServer create() {
        var server = new RedisServer();
        try {
            server.start();
            return server;
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** The address for clients. */
    public String uri() {
        return "redis://127.0.0.1:" + port;
    }

    /** The port on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** Starts the server again and returns when it answers; does nothing while it runs. */
    public synchronized void start() {
        if (process != null && process.isAlive()) {
            return;
        }
        var command = List.of(
                executable.toString(),
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--dir",
                folder.toString());
        try {
            process = Commands.inOwnSession(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("Could not start Redis", e);
        }
        guardian.watch(process.pid());
        if (!Deadline.in(PATIENCE).await(this::answers)) {
            throw new IllegalStateException("Redis does not answer; " + LogTail.of(log));
        }
    }

    /** Kills the server: connections break and all data is lost. */
    public synchronized void stop() {
        if (process != null) {
            Commands.awaitEnd(process.destroyForcibly());
            process = null;
            guardian.watchNothing();
        }
    }

    /** Kills the server and starts an empty one on the same port. */
    public synchronized void restart() {
        stop();
        start();
    }

    /** Stops the server's process without ending it: clients get no answers until {@link #thaw}. */
    public void freeze() {
        Commands.signal("STOP", pid());
    }

    public void thaw() {
        Commands.signal("CONT", pid());
    }

    /** Makes this server a copy of the one at this port of 127.0.0.1, and returns when it has all that the other has; what follows is copied as it comes. */
    public void follow(int primary) {
        send("REPLICAOF 127.0.0.1 " + primary);
        if (!Deadline.in(PATIENCE).await(() -> replication().contains("master_link_status:up"))) {
            throw new IllegalStateException("Redis does not follow; " + LogTail.of(log));
        }
    }

    /** Makes a copy a server of its own, as a failover does. */
    public void promote() {
        send("REPLICAOF NO ONE");
        if (!Deadline.in(PATIENCE).await(() -> replication().contains("role:master"))) {
            throw new IllegalStateException("Redis was not promoted; " + LogTail.of(log));
        }
    }

    /** Kills the server and removes its folder. */
    @Override
    public void close() {
        stop();
        guardian.close();
        Folders.remove(folder);
    }

    private synchronized long pid() {
        if (process == null) {
            throw new IllegalStateException("Redis is stopped");
        }
        return process.pid();
    }

    private String replication() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(ANSWER_MILLIS);
            socket.getOutputStream().write("INFO replication\r\nQUIT\r\n".getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    boolean answers() {
        return send("PING").equals("+PONG");
    }

    /** Sends one command in Redis's own line form and returns the first line of the answer, empty if there is none. */
    String send(String command) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(ANSWER_MILLIS);
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
            var answer = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            return Objects.requireNonNullElse(answer.readLine(), "");
        } catch (IOException e) {
            return "";
        }
    }
}
