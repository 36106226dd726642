package dev.lanekeeper.work;

import static dev.lanekeeper.work.Corridor.item;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.work.World.Form;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Many at once: storers, runs, a node that dies with its lanes, rescuers and people, each held up somewhere, and let go in some
 * order. The seed decides, and is told when something goes wrong.
 */
class CrowdTest {

    private static final int LATEST_STATEMENT = 14;

    private final JdbcClient monitor = JdbcClient.create(Corridor.connections());

    @Test
    void losesNothingAndDoublesNothing() throws InterruptedException {
        for (var seed = 1L; seed <= 40; seed++) {
            play(seed);
        }
    }

    @Test
    @Tag("chaos")
    void losesNothingAndDoublesNothingForLong() throws InterruptedException {
        var first = System.nanoTime();
        for (var seed = first; seed < first + 3_000; seed++) {
            play(seed);
        }
    }

    private void play(long seed) throws InterruptedException {
        var random = new Random(seed);
        var world = new World(Form.PRODUCT);
        world.corridor.assign(1, 1, 0);
        world.store(item(0, "a"), item(1, "b"), item(2, "a"), item(3, null), item(4, null));
        var actors = new ArrayList<Actor>();
        for (var script : scripts(world, random)) {
            actors.add(new Actor("actor " + actors.size(), 1 + random.nextInt(LATEST_STATEMENT), script));
        }
        for (var actor : actors) {
            actor.start();
            actor.settle(this::isWaiting);
        }
        Collections.shuffle(actors, random);
        for (var actor : actors) {
            actor.goOn();
            actor.settle(this::isWaiting);
        }
        for (var actor : actors) {
            actor.join();
        }
        assertThat(faults(world, actors)).as("seed %d", seed).isEmpty();
    }

    private List<Runnable> scripts(World world, Random random) {
        var silent = world.corridor.node();
        world.silence(silent);
        var one = world.corridor.node();
        var other = world.corridor.node();
        var items = IntStream.range(0, 5).mapToObj(world::itemAt).toList();
        var scripts = new ArrayList<Runnable>(List.of(
                () -> world.store(item(5, "a"), item(6, "c"), item(7, null)),
                () -> world.storeBeside(1, item(1, 0, "c"), item(1, 1, "a")),
                () -> world.run(one),
                () -> world.run(other),
                () -> world.corridor.claim(silent),
                () -> world.run(silent),
                () -> world.rescue(one),
                () -> world.rescue(other)));
        for (var wish = 0; wish < 3; wish++) {
            var wanted = items.get(random.nextInt(items.size()));
            var retries = random.nextBoolean();
            world.mayBeLate(wanted);
            scripts.add(() -> {
                world.people().discard(wanted, World.ANNA);
                if (retries) {
                    world.retryDiscarded(wanted);
                }
            });
        }
        Collections.shuffle(scripts, random);
        return scripts.subList(0, 3 + random.nextInt(3));
    }

    private static List<String> faults(World world, List<Actor> actors) {
        var faults = new ArrayList<String>();
        for (var actor : actors) {
            faults.addAll(actor.clashes());
            if (actor.failure() != null) {
                faults.add("failed with " + actor.failure());
            }
        }
        faults.addAll(world.faults());
        faults.addAll(world.faultsAtTheEnd((int) world.corridor.count("lanekeeper.work_item")));
        faults.addAll(world.neitherHandledNorDiscarded());
        return faults;
    }

    private boolean isWaiting(int backend) {
        return monitor.sql("SELECT cardinality(pg_blocking_pids(?)) > 0")
                .param(backend)
                .query(Boolean.class)
                .single();
    }
}
