package dev.lanekeeper.work;

import java.util.UUID;

/** Who works: a run, that is one JobRunr job, on one incarnation of a node. */
public record Run(long nodeId, UUID runId) {}
