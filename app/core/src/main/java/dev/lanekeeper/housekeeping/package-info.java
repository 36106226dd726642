/** Deletes what is old enough, in small pieces, while work goes on; depends on {@code work}. */
@NullMarked
package dev.lanekeeper.housekeeping;

import org.jspecify.annotations.NullMarked;
