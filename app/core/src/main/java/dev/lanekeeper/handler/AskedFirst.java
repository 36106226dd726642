package dev.lanekeeper.handler;

import dev.lanekeeper.api.AfterFailure;
import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.Outcome;
import org.jspecify.annotations.Nullable;

/** A call before which something is asked; all else is as with the call itself. */
abstract sealed class AskedFirst implements HandlerCall permits CallbackCall, ProcessorCall {

    private final HandlerCall call;

    AskedFirst(HandlerCall call) {
        this.call = call;
    }

    /** The call itself, once the answer is yes. */
    final Outcome proceed(EventContext context) throws Throwable {
        return call.call(context);
    }

    @Override
    public final Outcome.Ack fieldsOf(EventContext context) {
        return call.fieldsOf(context);
    }

    @Override
    public final @Nullable Transaction transaction() {
        return call.transaction();
    }

    @Override
    public final void start() {
        call.start();
    }

    @Override
    public final void gaveUp(AfterFailure.Failed failed) {
        call.gaveUp(failed);
    }

    @Override
    public final void stop() {
        call.stop();
    }
}
