/** Lanekeeper as an application of its own, with the jars of its handlers beside it; depends on everything, nothing on it. */
@NullMarked
package dev.lanekeeper.server;

import org.jspecify.annotations.NullMarked;
