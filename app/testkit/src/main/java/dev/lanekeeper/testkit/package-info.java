/**
 * Real servers and real processes for tests: they can be killed, frozen and started again, and none of them outlives
 * the JVM that started it. May depend on the servers' own artefacts, never on Lanekeeper.
 */
@NullMarked
package dev.lanekeeper.testkit;

import org.jspecify.annotations.NullMarked;
