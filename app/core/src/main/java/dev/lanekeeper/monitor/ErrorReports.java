package dev.lanekeeper.monitor;

import dev.lanekeeper.api.event.ErrorReporter;
import dev.lanekeeper.intake.kafka.IntakeListener;
import dev.lanekeeper.run.RunListener;
import dev.lanekeeper.work.ItemResult;
import dev.lanekeeper.work.ItemResult.Retry;
import dev.lanekeeper.work.WaitingItem;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands errors to the application's {@link ErrorReporter}s; what one of them throws keeps it from no other. */
final class ErrorReports implements RunListener, IntakeListener {

    private static final Logger log = LoggerFactory.getLogger(ErrorReports.class);

    private final List<ErrorReporter> reporters;
    private final Items items;
    private final Seldom complaints = new Seldom();

    ErrorReports(List<ErrorReporter> reporters, Items items) {
        this.reporters = reporters;
        this.items = items;
    }

    @Override
    public void threw(String handler, WaitingItem item, ItemResult result, Throwable thrown) {
        if (!reporters.isEmpty()) {
            var named = items.named(handler, item);
            var retryAt = result instanceof Retry retry ? retry.dueAt() : null;
            tell(reporter -> reporter.attemptFailed(thrown, named, retryAt));
        }
    }

    @Override
    public void consumerReplaced(String handlerId, Throwable cause) {
        troubled("A consumer of handler " + handlerId + " died and is replaced", cause);
    }

    void troubled(String what, Throwable cause) {
        tell(reporter -> reporter.troubled(cause, what));
    }

    private interface Message {
        void to(ErrorReporter reporter);
    }

    private void tell(Message message) {
        for (var reporter : reporters) {
            try {
                message.to(reporter);
            } catch (Throwable e) {
                if (complaints.isDue()) {
                    log.atWarn()
                            .addKeyValue("reporter", reporter.getClass().getName())
                            .setCause(e)
                            .log("An error reporter threw; the work goes on, and this is told once a minute");
                }
            }
        }
    }
}
