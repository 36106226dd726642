package dev.lanekeeper.monitor;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** Keeps the warnings that a test provokes, and keeps them from the console. */
public final class CapturedLog implements AutoCloseable {

    private final List<Logger> loggers;
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

    public CapturedLog(Class<?> source) {
        this(source.getName());
    }

    CapturedLog(String... names) {
        loggers = Stream.of(names)
                .map(name -> (Logger) LoggerFactory.getLogger(name))
                .toList();
        appender.start();
        for (var logger : loggers) {
            logger.addAppender(appender);
            logger.setAdditive(false);
        }
    }

    public List<ILoggingEvent> events() {
        return List.copyOf(appender.list);
    }

    @Override
    public void close() {
        for (var logger : loggers) {
            logger.setAdditive(true);
            logger.detachAppender(appender);
        }
    }
}
