/** Who may see and do what in the console; knows Spring Security and the properties. */
@NullMarked
package dev.lanekeeper.console.access;

import org.jspecify.annotations.NullMarked;
