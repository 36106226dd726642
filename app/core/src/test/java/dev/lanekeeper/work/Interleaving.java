package dev.lanekeeper.work;

import dev.lanekeeper.work.Scene.Actors;
import dev.lanekeeper.work.World.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Plays a scene once for each statement of its first actor: that one is held before the statement while the other runs to
 * its end, or until it waits for a lock; then it goes on. The same inputs give the same schedules.
 */
final class Interleaving {

    /** What comes later in a scene is the same again for another lane. */
    private static final int STATEMENTS_THAT_DIFFER = 14;

    private static final int MOST_STATEMENTS = 100;

    private final Scene scene;
    private final Form form;
    private final int statements;
    private final JdbcClient monitor = JdbcClient.create(Corridor.connections());

    private Interleaving(Scene scene, Form form, int statements) {
        this.scene = scene;
        this.form = form;
        this.statements = statements;
    }

    static Interleaving of(Scene scene, Form form) {
        return new Interleaving(scene, form, STATEMENTS_THAT_DIFFER);
    }

    /** The same, to the last statement. */
    static Interleaving whole(Scene scene, Form form) {
        return new Interleaving(scene, form, MOST_STATEMENTS);
    }

    /** What went wrong in the first schedule in which something did; empty when nothing did in all of both orders. */
    List<String> faults() throws InterruptedException {
        var faults = faults("first", UnaryOperator.identity());
        return faults.isEmpty() ? faults("second", Actors::swapped) : faults;
    }

    private List<String> faults(String held, UnaryOperator<Actors> order) throws InterruptedException {
        var faults = new ArrayList<String>();
        for (var statement = 1; statement <= statements; statement++) {
            if (!play(statement, held, order, faults) || !faults.isEmpty()) {
                return faults;
            }
        }
        return faults;
    }

    private boolean play(int statement, String held, UnaryOperator<Actors> order, List<String> faults)
            throws InterruptedException {
        var world = new World(form);
        var actors = order.apply(scene.open(world));
        var one = new Actor(held, statement, actors.first());
        var other = new Actor("the other", 0, actors.second());
        var wasHeld = one.startAndHold();
        other.startAndLetRun(this::isWaiting);
        one.goOn();
        one.join();
        other.join();
        var found = new ArrayList<String>();
        for (var actor : List.of(one, other)) {
            found.addAll(actor.clashes());
            if (actor.failure() != null) {
                found.add("failed with " + actor.failure());
            }
        }
        found.addAll(world.faults());
        found.addAll(world.faultsAtTheEnd(scene.stored()));
        found.forEach(f -> faults.add(scene + ", " + one.heldAt() + ": " + f));
        return wasHeld;
    }

    private boolean isWaiting(int backend) {
        return monitor.sql("SELECT cardinality(pg_blocking_pids(?)) > 0")
                .param(backend)
                .query(Boolean.class)
                .single();
    }
}
