package dev.lanekeeper.monitor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends lines by UDP, several in a datagram, four times a second. Nobody waits for it: what the system does not take at once is
 * dropped, and so is everything while the collector's name cannot be resolved. An unreachable collector is told once, and once that it
 * is back; one that merely does not listen goes unnoticed, as is the nature of UDP.
 */
final class Datagrams implements Consumer<String>, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Datagrams.class);

    /** Fits an Ethernet frame, and so is never cut into pieces of which one may be lost. */
    private static final int LARGEST = 1_400;

    private static final long FLUSH_MILLIS = 250;
    private static final long LOOK_UP_SECONDS = 30;

    /** What was waiting to be sent for so long waited in a process that was frozen. */
    private static final long STALE_NANOS = Duration.ofSeconds(2).toNanos();

    private final String host;
    private final int port;
    private final DatagramChannel channel;
    private final ScheduledExecutorService thread;
    private final List<String> waiting = new ArrayList<>();
    private int bytes;
    private long since;
    private volatile @Nullable InetSocketAddress address;
    private volatile boolean lookedUp;
    private boolean troubled;

    private Datagrams(String host, int port, DatagramChannel channel) {
        this.host = host;
        this.port = port;
        this.channel = channel;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            var made = new Thread(task, "lanekeeper-statsd");
            made.setDaemon(true);
            return made;
        });
    }

    @SuppressWarnings("FutureReturnValueIgnored") // both tasks keep what goes wrong in them to themselves
    static Datagrams to(String host, int port) {
        var datagrams = new Datagrams(host, port, open());
        datagrams.thread.scheduleWithFixedDelay(datagrams::lookUp, 0, LOOK_UP_SECONDS, TimeUnit.SECONDS);
        datagrams.thread.scheduleWithFixedDelay(datagrams::flush, FLUSH_MILLIS, FLUSH_MILLIS, TimeUnit.MILLISECONDS);
        return datagrams;
    }

    private static DatagramChannel open() {
        try {
            var channel = DatagramChannel.open();
            channel.configureBlocking(false);
            return channel;
        } catch (IOException e) {
            throw new UncheckedIOException("No socket to send metrics by", e);
        }
    }

    /** The address behind a name may change; looking it up may take long, so nobody but this thread does it. */
    private void lookUp() {
        var found = new InetSocketAddress(host, port);
        if (found.isUnresolved()) {
            troubledBy("the name " + host + " is unknown");
        } else {
            address = found;
        }
        lookedUp = true;
    }

    @Override
    public synchronized void accept(String line) {
        if (bytes + line.length() > LARGEST) {
            flush();
        }
        if (waiting.isEmpty()) {
            since = System.nanoTime();
        }
        waiting.add(line);
        bytes += line.length() + 1;
    }

    private synchronized void flush() {
        if (waiting.isEmpty() || (!lookedUp && bytes < LARGEST)) {
            return;
        }
        if (System.nanoTime() - since > STALE_NANOS) {
            waiting.removeIf(Datagrams::isGauge);
        }
        var to = address;
        if (to != null) {
            send(to, String.join("\n", waiting));
        }
        waiting.clear();
        bytes = 0;
    }

    /** What counts or times still counts later; what says how it is now does not. */
    private static boolean isGauge(String line) {
        return line.contains("|g");
    }

    private void send(InetSocketAddress to, String lines) {
        try {
            channel.send(ByteBuffer.wrap(lines.getBytes(StandardCharsets.UTF_8)), to);
            if (troubled) {
                troubled = false;
                log.atInfo().log("Metrics are sent to {}:{} again", host, port);
            }
        } catch (IOException e) {
            troubledBy(e.toString());
        }
    }

    private synchronized void troubledBy(String what) {
        if (!troubled) {
            troubled = true;
            log.atWarn().log("Metrics cannot be sent to {}:{} and are dropped meanwhile: {}", host, port, what);
        }
    }

    /** Sends what is left. */
    @Override
    public void close() {
        thread.shutdownNow();
        if (!lookedUp) {
            lookUp();
        }
        flush();
        try {
            channel.close();
        } catch (IOException e) {
            log.atDebug().log("The socket of the metrics did not close: {}", e.toString());
        }
    }
}
