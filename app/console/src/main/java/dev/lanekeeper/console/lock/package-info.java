/** What is locked, by whom, and what lost to them; depends on the rooms that all pages share. */
@NullMarked
package dev.lanekeeper.console.lock;

import org.jspecify.annotations.NullMarked;
