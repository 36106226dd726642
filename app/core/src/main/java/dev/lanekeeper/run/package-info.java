/** What a run does with the lanes that it owns: handlers, retries, results; depends on {@code work}, {@code handler} and {@code api}. */
@NullMarked
package dev.lanekeeper.run;

import org.jspecify.annotations.NullMarked;
