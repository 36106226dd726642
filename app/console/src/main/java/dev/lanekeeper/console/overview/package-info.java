/** The first page: whether everything flows, and what does not. */
@NullMarked
package dev.lanekeeper.console.overview;

import org.jspecify.annotations.NullMarked;
