/**
 * The door from the outbox: writes entries in the application's own transactions and moves them into the corridor through
 * {@code work}; depends on {@code work}, {@code handler} and {@code api}.
 */
@NullMarked
package dev.lanekeeper.intake.outbox;

import org.jspecify.annotations.NullMarked;
