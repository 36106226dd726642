/**
 * The door for jobs: stores what the application enqueues, now or when its time has come; depends on {@code work},
 * {@code handler} and {@code api}.
 */
@NullMarked
package dev.lanekeeper.intake.enqueue;

import org.jspecify.annotations.NullMarked;
