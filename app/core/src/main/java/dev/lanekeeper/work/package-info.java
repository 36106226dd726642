/** The tables of the corridor and the only legal changes of their states; everything points here, it depends on {@code api}. */
@NullMarked
package dev.lanekeeper.work;

import org.jspecify.annotations.NullMarked;
