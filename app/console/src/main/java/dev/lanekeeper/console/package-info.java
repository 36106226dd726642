/** The console: wires its rooms together. Each page has a package of its own, which may know {@code page} and the core. */
@NullMarked
package dev.lanekeeper.console;

import org.jspecify.annotations.NullMarked;
