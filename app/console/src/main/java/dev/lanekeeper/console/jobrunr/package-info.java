/** Runs, which are jobs of JobRunr, and the nodes that they are spread over. */
@NullMarked
package dev.lanekeeper.console.jobrunr;

import org.jspecify.annotations.NullMarked;
