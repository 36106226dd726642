/**
 * What the work looks like from outside: application events, meters, health. Depends on {@code run}, {@code dispatch},
 * {@code intake.kafka}, {@code intake.outbox}, {@code handler}, {@code work} and {@code api}; only the wiring depends on it.
 */
@NullMarked
package dev.lanekeeper.monitor;

import org.jspecify.annotations.NullMarked;
