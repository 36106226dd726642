/** Handlers: what they read, how far they are, what was set for them; pause and resume. */
@NullMarked
package dev.lanekeeper.console.handlers;

import org.jspecify.annotations.NullMarked;
