package dev.lanekeeper.jobs;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** Keeps the log of JobRunr and of this room from the console while a test provokes failures. */
final class QuietLog implements AutoCloseable {

    private static final List<String> NAMES = List.of("org.jobrunr", "dev.lanekeeper.jobs", "com.zaxxer.hikari");

    private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            events.add(event);
        }
    };

    QuietLog() {
        appender.start();
        loggers().forEach(logger -> {
            logger.addAppender(appender);
            logger.setAdditive(false);
            logger.setLevel(Level.INFO);
        });
    }

    List<String> messages(Level level) {
        return events.stream()
                .filter(event -> event.getLevel() == level)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    @Override
    public void close() {
        loggers().forEach(logger -> {
            logger.detachAppender(appender);
            logger.setAdditive(true);
            logger.setLevel(null);
        });
    }

    private static List<Logger> loggers() {
        return NAMES.stream()
                .map(name -> (Logger) LoggerFactory.getLogger(name))
                .toList();
    }
}
