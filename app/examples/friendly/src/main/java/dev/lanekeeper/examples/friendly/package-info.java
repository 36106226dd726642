/** The smallest application with a handler and the console. */
@NullMarked
package dev.lanekeeper.examples.friendly;

import org.jspecify.annotations.NullMarked;
