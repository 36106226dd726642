package dev.lanekeeper.bench;

import org.jspecify.annotations.Nullable;

/** The payload of an event; the filler makes it as long as a usual one. */
record Event(int number, @Nullable String resource, String filler) {}
