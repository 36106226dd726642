package dev.lanekeeper.handler;

import dev.lanekeeper.api.EventContext;
import org.jspecify.annotations.Nullable;

/** Gives the value of one parameter of a handler's method; whatever it throws cannot heal. */
@FunctionalInterface
interface Argument {

    @Nullable
    Object of(EventContext context) throws Exception;
}
