/** What waits in Kafka, on all nodes together; knows the core's intake. */
@NullMarked
package dev.lanekeeper.console.lag;

import org.jspecify.annotations.NullMarked;
