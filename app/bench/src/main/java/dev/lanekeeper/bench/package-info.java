/** Measures the corridor beside what a team would write itself. Depends on the product as its users do, and on the test kit. */
@NullMarked
package dev.lanekeeper.bench;

import org.jspecify.annotations.NullMarked;
