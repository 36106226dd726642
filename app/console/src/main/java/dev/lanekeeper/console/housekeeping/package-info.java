/** What is kept how long, and what was deleted when. */
@NullMarked
package dev.lanekeeper.console.housekeeping;

import org.jspecify.annotations.NullMarked;
