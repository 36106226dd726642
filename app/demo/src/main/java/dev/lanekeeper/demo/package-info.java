/**
 * One command to try Lanekeeper: PostgreSQL and a Kafka broker of its own, sample handlers, a stream of events, and a ledger
 * that compares what was sent with what came of it. May know everything; nothing may know it.
 */
@NullMarked
package dev.lanekeeper.demo;

import org.jspecify.annotations.NullMarked;
