package dev.lanekeeper.work;

import static dev.lanekeeper.work.Corridor.item;
import static dev.lanekeeper.work.Corridor.items;

import java.time.Duration;
import java.util.function.Function;

/** Two actors who meet in one corridor. */
enum Scene {
    STORE_AND_STORE_IN_THE_SAME_LANES(4, world -> {
        world.corridor.assign(1, 1, 0);
        var node = world.corridor.node();
        return new Actors(() -> world.store(item(0, 0, "a"), item(0, 1, "b")), () -> {
            world.storeBeside(1, item(1, 0, "b"), item(1, 1, "a"));
            world.run(node);
        });
    }),
    STORE_AND_STORE_THE_SAME_RECORDS(5, world -> {
        var node = world.corridor.node();
        return new Actors(() -> world.store(items(0, 3, "a")), () -> {
            world.storeBeside(1, items(0, 2, "a"));
            world.storeBeside(1, items(0, 5, "a"));
            world.run(node);
        });
    }),
    STORE_AND_STORE_AFTER_TAKING_OVER(5, world -> {
        var node = world.corridor.node();
        return new Actors(() -> world.store(1, items(0, 3, "a")), () -> {
            world.corridor.assign(0, 2, 0);
            world.storeBeside(2, items(0, 5, "a"));
            world.run(node);
        });
    }),
    STORE_AND_RUN(5, world -> {
        world.store(items(0, 3, "a"));
        var node = world.corridor.node();
        return new Actors(() -> world.store(item(3, "a"), item(4, "b")), () -> world.run(node));
    }),
    STORE_AND_RECORD_THE_LAST_OF_A_LANE(4, world -> {
        world.store(items(0, 2, "a"));
        var node = world.corridor.node();
        var claimed = world.corridor.claim(node);
        var read = world.corridor.read(claimed.lane());
        return new Actors(
                () -> world.store(item(2, "a"), item(3, "b")),
                () -> world.record(claimed, claimed.lane(), read, LaneResult.Next.KEEP));
    }),
    STORE_AND_RECORD_A_RETRY(3, world -> {
        world.store(items(0, 2, "a"));
        var claimed = world.corridor.claim(world.corridor.node());
        var read = world.corridor.read(claimed.lane());
        return new Actors(
                () -> world.store(item(2, "a")),
                () -> world.corridor.record(
                        claimed, claimed.lane(), false, world.corridor.retry(read.get(0), Duration.ofSeconds(5))));
    }),
    RECORD_AND_RESCUE(3, world -> {
        world.store(items(0, 3, "a"));
        var silent = world.corridor.node();
        var other = world.corridor.node();
        var claimed = world.corridor.claim(silent);
        var read = world.corridor.read(claimed.lane());
        world.silence(silent);
        return new Actors(() -> world.record(claimed, claimed.lane(), read, LaneResult.Next.RELEASE), () -> {
            world.rescue(other);
            world.run(other);
        });
    }),
    RECORD_A_PART_AND_RESCUE(3, world -> {
        world.store(items(0, 3, "a"));
        var silent = world.corridor.node();
        var other = world.corridor.node();
        var claimed = world.corridor.claim(silent);
        var read = world.corridor.read(claimed.lane());
        world.silence(silent);
        return new Actors(
                () -> {
                    if (world.record(claimed, claimed.lane(), read.subList(0, 1), LaneResult.Next.KEEP)) {
                        world.record(claimed, claimed.lane(), read.subList(1, 3), LaneResult.Next.KEEP);
                    }
                },
                () -> {
                    world.rescue(other);
                    world.run(other);
                });
    }),
    RECORD_AND_DISCARD_A_LATER_ITEM(3, world -> {
        world.store(items(0, 3, "a"));
        var claimed = world.corridor.claim(world.corridor.node());
        var read = world.corridor.read(claimed.lane());
        return new Actors(
                () -> world.record(claimed, claimed.lane(), read.subList(0, 2), LaneResult.Next.KEEP),
                () -> world.people().discard(read.get(2).itemId(), World.ANNA));
    }),
    RECORD_AND_DISCARD_THE_SAME_ITEM(2, world -> {
        world.store(items(0, 2, "a"));
        var claimed = world.corridor.claim(world.corridor.node());
        var read = world.corridor.read(claimed.lane());
        return new Actors(
                () -> world.record(claimed, claimed.lane(), read, LaneResult.Next.RELEASE),
                () -> world.people().discard(read.get(1).itemId(), World.ANNA));
    }),
    RUN_AND_DISCARD(2, world -> {
        world.store(items(0, 2, "a"));
        var second = world.itemAt(1);
        var node = world.corridor.node();
        return new Actors(() -> world.run(node), () -> world.people().discard(second, World.ANNA));
    }),
    CLAIM_AND_CLAIM(4, world -> {
        world.store(items(0, 2, "a"));
        world.store(items(2, 4, null));
        var one = world.corridor.node();
        var other = world.corridor.node();
        return new Actors(() -> world.run(one), () -> world.run(other));
    }),
    RUN_AND_RESCUE(2, world -> {
        world.store(items(0, 2, "a"));
        var silent = world.corridor.node();
        var other = world.corridor.node();
        world.silence(silent);
        return new Actors(() -> world.run(silent), () -> {
            world.rescue(other);
            world.run(other);
        });
    }),
    CLAIM_AND_DIE_AND_RESCUE(2, world -> {
        world.store(items(0, 2, "a"));
        var silent = world.corridor.node();
        var other = world.corridor.node();
        world.silence(silent);
        return new Actors(() -> world.corridor.claim(silent), () -> {
            world.rescue(other);
            world.run(other);
        });
    }),
    HAND_OVER_AND_DIE_AND_RESCUE(2, world -> {
        var silent = world.corridor.node();
        var other = world.corridor.node();
        world.silence(silent);
        return new Actors(() -> world.storeAndHandOver(silent, items(0, 2, "a")), () -> {
            world.rescue(other);
            world.run(other);
        });
    }),
    RESCUE_AND_RESCUE(2, world -> {
        world.store(items(0, 1, "a"));
        world.store(items(1, 2, "b"));
        var silent = world.corridor.node();
        var one = world.corridor.node();
        var other = world.corridor.node();
        world.corridor.claim(silent);
        world.silence(silent);
        return new Actors(
                () -> {
                    world.rescue(one);
                    world.run(one);
                },
                () -> {
                    world.rescue(other);
                    world.run(other);
                });
    }),
    RETRY_AND_STORE(2, world -> {
        var failed = world.fail("a");
        var node = world.corridor.node();
        return new Actors(() -> world.people().retry(failed, World.ANNA), () -> {
            world.store(item(1, "a"));
            world.run(node);
        });
    }),
    RETRY_AND_RUN(2, world -> {
        var failed = world.fail("a");
        world.store(item(1, "a"));
        var node = world.corridor.node();
        return new Actors(() -> world.people().retry(failed, World.ANNA), () -> world.run(node));
    }),
    RETRY_AND_RETRY(1, world -> {
        var failed = world.fail("a");
        return new Actors(
                () -> world.people().retry(failed, World.ANNA),
                () -> world.people().retry(failed, World.ANNA));
    }),
    RETRY_AND_RETRY_WITHOUT_A_RESOURCE(1, world -> {
        var failed = world.fail(null);
        return new Actors(
                () -> world.people().retry(failed, World.ANNA),
                () -> world.people().retry(failed, World.ANNA));
    }),
    REPEAT_AND_REPEAT_WHAT_IS_DONE(2, world -> {
        world.store(item(0, null));
        var done = world.itemAt(0);
        world.run(world.corridor.node());
        return new Actors(
                () -> world.people().retry(done, World.ANNA),
                () -> world.people().retry(done, World.ANNA));
    }),
    RETRY_AND_DISCARD(1, world -> {
        var failed = world.fail("a");
        return new Actors(
                () -> world.people().retry(failed, World.ANNA),
                () -> world.people().discard(failed, World.ANNA));
    }),
    DISCARD_AND_STORE(2, world -> {
        world.store(item(0, "a"));
        var first = world.itemAt(0);
        return new Actors(() -> world.people().discard(first, World.ANNA), () -> world.store(item(1, "a")));
    }),
    PURGE_AND_RECORD(3, world -> {
        world.store(items(0, 3, "a"));
        var claimed = world.corridor.claim(world.corridor.node());
        var read = world.corridor.read(claimed.lane());
        world.record(claimed, claimed.lane(), read.subList(0, 1), LaneResult.Next.KEEP);
        return new Actors(
                world::purge, () -> world.record(claimed, claimed.lane(), read.subList(1, 3), LaneResult.Next.RELEASE));
    }),
    PURGE_AND_STORE(3, world -> {
        world.store(item(0, "a"));
        world.run(world.corridor.node());
        return new Actors(world::purge, () -> world.store(item(1, "a"), item(2, null)));
    }),
    PURGE_AND_PURGE(2, world -> {
        world.store(items(0, 2, "a"));
        world.run(world.corridor.node());
        return new Actors(world::purge, world::purge);
    }),
    PURGE_AND_RETRY_WHAT_IS_DISCARDED(1, world -> {
        var discarded = world.fail("a");
        world.people().discard(discarded, World.ANNA);
        return new Actors(world::purge, () -> world.people().retry(discarded, World.ANNA));
    }),
    PURGE_AND_REPEAT_WHAT_IS_DONE(Scene.ANY, world -> {
        world.store(item(0, null));
        var done = world.itemAt(0);
        world.run(world.corridor.node());
        return new Actors(world::purge, () -> world.people().retry(done, World.ANNA));
    }),
    REMOVE_PAYLOADS_AND_REPEAT_WHAT_IS_DONE(Scene.ANY, world -> {
        world.store(item(0, null));
        var done = world.itemAt(0);
        world.run(world.corridor.node());
        return new Actors(world::removePayloads, () -> world.people().retry(done, World.ANNA));
    }),
    PURGE_AND_DISCARD_A_FAILURE(1, world -> {
        var failed = world.fail("a");
        return new Actors(world::purge, () -> world.people().discard(failed, World.ANNA));
    }),
    REMOVE_PAYLOADS_AND_RETRY_WHAT_IS_DISCARDED(1, world -> {
        var discarded = world.fail("a");
        world.people().discard(discarded, World.ANNA);
        return new Actors(world::removePayloads, () -> world.people().retry(discarded, World.ANNA));
    });

    /** It depends on who comes first how many items there are. */
    static final int ANY = -1;

    /** What two actors do. */
    record Actors(Runnable first, Runnable second) {

        Actors swapped() {
            return new Actors(second, first);
        }
    }

    private final int stored;

    @SuppressWarnings("ImmutableEnumChecker") // it keeps nothing of the worlds that it is given
    private final Function<World, Actors> opening;

    Scene(int stored, Function<World, Actors> opening) {
        this.stored = stored;
        this.opening = opening;
    }

    /** How many items there are in the end. */
    int stored() {
        return stored;
    }

    /** Sets the scene. */
    Actors open(World world) {
        return opening.apply(world);
    }
}
