package dev.lanekeeper;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Ends the process on SIGTERM and SIGINT with an exit code that tells how it ended: 0 when everything was handed back, 2 when a
 * handler hung or the time was over. By itself a JVM ends with 143 either way, which a supervisor takes for a crash.
 *
 * <p>Only with {@code lanekeeper.exit-on-sigterm}: whose process it is may have a way of its own. A second signal changes
 * nothing.
 */
final class ExitOnSignal implements SmartInitializingSingleton {

    static final int UNCLEAN = 2;

    private static final Logger log = LoggerFactory.getLogger(ExitOnSignal.class);

    /** For what the application closes after Lanekeeper: the pool, a web server. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final LanekeeperProperties properties;
    private final Lanekeeper lanekeeper;
    private final ConfigurableApplicationContext context;
    private final AtomicBoolean ending = new AtomicBoolean();

    ExitOnSignal(LanekeeperProperties properties, Lanekeeper lanekeeper, ConfigurableApplicationContext context) {
        this.properties = properties;
        this.lanekeeper = lanekeeper;
        this.context = context;
    }

    @Override
    public void afterSingletonsInstantiated() {
        if (properties.exitOnSigterm()) {
            handle("TERM");
            handle("INT");
        }
    }

    /** By reflection: the compiler warns of the only class that can do it, and that warning cannot be switched off. */
    private void handle(String name) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            var ours = Proxy.newProxyInstance(
                    handler.getClassLoader(),
                    new Class<?>[] {handler},
                    (proxy, method, arguments) -> called(method, name));
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), ours);
        } catch (InvocationTargetException e) {
            log.atWarn().log("SIG{} is left to the JVM: {}", name, String.valueOf(e.getCause()));
        } catch (ReflectiveOperationException e) {
            log.atWarn().log("SIG{} is left to the JVM: {}", name, e.toString());
        }
    }

    private Object called(Method method, String name) {
        switch (method.getName()) {
            case "handle" -> end(name);
            case "hashCode" -> {
                return System.identityHashCode(this);
            }
            case "toString" -> {
                return "ExitOnSignal " + name;
            }
            default -> {
                return Boolean.FALSE;
            }
        }
        return Boolean.TRUE;
    }

    private void end(String name) {
        if (!ending.compareAndSet(false, true)) {
            return;
        }
        log.atInfo().addKeyValue("signal", "SIG" + name).log("Asked to stop");
        // No daemon: once the application has closed, the JVM would end by itself before the exit code is known.
        var exit = new Thread(this::closeAndExit, "lanekeeper-exit");
        exit.setDaemon(false);
        exit.start();
    }

    private void closeAndExit() {
        var closing = new Thread(context::close, "lanekeeper-close");
        closing.setDaemon(true);
        closing.start();
        if (!hasEnded(closing)) {
            log.atError().log("The application did not close in time; the process is ended by force");
            Runtime.getRuntime().halt(UNCLEAN);
        }
        if (!lanekeeper.hasStoppedCleanly()) {
            Runtime.getRuntime().halt(UNCLEAN);
        }
        System.exit(0);
    }

    private boolean hasEnded(Thread closing) {
        try {
            closing.join(TimeUnit.NANOSECONDS.toMillis(
                    properties.shutdownTimeout().plus(GRACE).toNanos()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !closing.isAlive();
    }
}
