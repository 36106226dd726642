/** Finds items and tells all about one, for pages and JSON alike; reads only. May depend on {@code work}. */
@NullMarked
package dev.lanekeeper.console.item;

import org.jspecify.annotations.NullMarked;
