/** How long each stage of the way takes, now and over a day. */
@NullMarked
package dev.lanekeeper.console.latency;

import org.jspecify.annotations.NullMarked;
