package dev.lanekeeper.demo;

import java.time.Instant;

/**
 * A parcel that a warehouse of the demo's shop is to send.
 *
 * @param number its place among the warehouse's parcels, from 1
 * @param handlingMillis how long sending it takes
 */
record ParcelPacked(String id, String warehouse, long number, long handlingMillis, Instant packedAt) {}
