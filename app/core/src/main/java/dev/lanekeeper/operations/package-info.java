/** What a person, or the API for one, may do to an item, a lane or a handler; depends on {@code work}. */
@NullMarked
package dev.lanekeeper.operations;

import org.jspecify.annotations.NullMarked;
