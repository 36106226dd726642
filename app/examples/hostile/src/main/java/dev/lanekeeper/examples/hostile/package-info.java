/** An application that already has all that Lanekeeper brings along, and keeps it. */
@NullMarked
package dev.lanekeeper.examples.hostile;

import org.jspecify.annotations.NullMarked;
