package dev.lanekeeper.jobs;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jobrunr.dashboard.JobRunrApiHandler;
import org.jobrunr.dashboard.JobRunrSseHandler;
import org.jobrunr.dashboard.JobRunrStaticFileHandler;
import org.jobrunr.dashboard.server.HttpExchangeHandler;
import org.jobrunr.dashboard.server.http.RedirectHttpHandler;
import org.jobrunr.storage.StorageProvider;
import org.jobrunr.storage.ThreadSafeStorageProvider;
import org.jobrunr.utils.mapper.JsonMapper;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * JobRunr's own pages on the loopback interface: they change things and ask nobody who he is, and JobRunr's own web server would listen
 * on all interfaces. They send nothing to JobRunr's makers.
 */
final class Dashboard implements AutoCloseable {

    private final HttpServer web;
    private final ExecutorService threads;
    private final List<HttpExchangeHandler> handlers;

    private Dashboard(HttpServer web, List<HttpExchangeHandler> handlers) {
        this.web = web;
        this.handlers = handlers;
        var factory = new CustomizableThreadFactory("lanekeeper-jobrunr-dashboard-");
        factory.setDaemon(true);
        this.threads = Executors.newCachedThreadPool(factory);
    }

    static Dashboard start(StorageProvider store, JsonMapper mapper, int port) {
        var shared = new ThreadSafeStorageProvider(store);
        var dashboard = new Dashboard(
                listenOn(port),
                List.of(
                        new RedirectHttpHandler("/", "/dashboard"),
                        new JobRunrStaticFileHandler(),
                        new JobRunrApiHandler(shared, mapper, false),
                        new JobRunrSseHandler(shared, mapper)));
        dashboard.handlers.forEach(handler -> dashboard.web.createContext(handler.getContextPath(), handler));
        dashboard.web.setExecutor(dashboard.threads);
        dashboard.web.start();
        return dashboard;
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + web.getAddress().getPort() + "/dashboard");
    }

    @Override
    public void close() {
        handlers.forEach(HttpExchangeHandler::close);
        web.stop(0);
        threads.shutdownNow();
    }

    private static HttpServer listenOn(int port) {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 0);
        } catch (IOException e) {
            throw new UncheckedIOException("JobRunr's dashboard could not listen on 127.0.0.1:" + port, e);
        }
    }
}
