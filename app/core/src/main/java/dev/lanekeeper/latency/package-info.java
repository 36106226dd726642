/** How long each stage of the way takes: kept in memory, written as histograms that can be added up; depends on {@code run}. */
@NullMarked
package dev.lanekeeper.latency;

import org.jspecify.annotations.NullMarked;
