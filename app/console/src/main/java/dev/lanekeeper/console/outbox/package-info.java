/** The page of the outbox: what has not moved yet, what is tried again, what failed. May depend on {@code item}, {@code page} and core. */
@NullMarked
package dev.lanekeeper.console.outbox;

import org.jspecify.annotations.NullMarked;
