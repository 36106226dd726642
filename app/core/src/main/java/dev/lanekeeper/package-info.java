/** Configuration and wiring: the properties, and which parts there are; sees every room, and no room sees it. */
@NullMarked
package dev.lanekeeper;

import org.jspecify.annotations.NullMarked;
