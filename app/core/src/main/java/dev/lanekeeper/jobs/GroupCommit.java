package dev.lanekeeper.jobs;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets callers that save at the same time share one commit: the first becomes the leader, those who come while it commits wait, and
 * one of them leads all of them next. A lone caller waits for nobody.
 *
 * <p>Each caller gets its own result: what a shared commit refuses, or all of it when it fails, is saved again alone, by its own
 * caller, so that an exception reaches only the one whom it is about.
 */
final class GroupCommit<T> {

    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);
    private static final int LARGEST_GROUP = 256;

    private final Consumer<T> alone;
    private final Function<List<T>, Set<T>> together;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Seat<T>> waiting = new ArrayDeque<>();
    private boolean led;

    /**
     * @param alone saves one item in a transaction of its own
     * @param together saves several in one transaction and returns those that were refused while the others were saved; throws when
     *     none was
     */
    GroupCommit(Consumer<T> alone, Function<List<T>, Set<T>> together) {
        this.alone = alone;
        this.together = together;
    }

    /** Returns when the item is saved, and throws what saving it alone threw. */
    void save(T item) {
        var seat = new Seat<>(item);
        var role = sitDown(seat) ? Role.LEAD : seat.role.join();
        if (role == Role.LEAD) {
            role = lead(seat);
        }
        if (role == Role.SAVE_ALONE) {
            alone.accept(item);
        }
    }

    /** How many wait for the next commit. */
    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    private boolean sitDown(Seat<T> seat) {
        lock.lock();
        try {
            waiting.add(seat);
            boolean leads = !led;
            led = true;
            return leads;
        } finally {
            lock.unlock();
        }
    }

    private Role lead(Seat<T> own) {
        var group = group();
        if (group.size() == 1) {
            try {
                alone.accept(own.item);
                return Role.SAVED;
            } finally {
                passOn();
            }
        }
        var items = group.stream().map(seat -> seat.item).toList();
        var refused = Set.copyOf(items);
        try {
            refused = saveTogether(items);
        } finally {
            passOn();
            tellTheOthers(group, own, refused);
        }
        return role(own, refused);
    }

    /** All who wait; the leader's own seat is always the first. */
    private List<Seat<T>> group() {
        lock.lock();
        try {
            var group = new ArrayList<Seat<T>>();
            while (group.size() < LARGEST_GROUP && !waiting.isEmpty()) {
                group.add(waiting.remove());
            }
            return group;
        } finally {
            lock.unlock();
        }
    }

    /** An interrupt of the leader is about its own work and must not break that of the others. */
    private Set<T> saveTogether(List<T> items) {
        boolean interrupted = Thread.interrupted();
        try {
            return together.apply(items);
        } catch (RuntimeException e) {
            LOG.debug("A shared commit of {} failed; each is saved alone", items.size(), e);
            return Set.copyOf(items);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void passOn() {
        lock.lock();
        try {
            var next = waiting.peek();
            if (next == null) {
                led = false;
            } else {
                next.role.complete(Role.LEAD);
            }
        } finally {
            lock.unlock();
        }
    }

    private static <T> void tellTheOthers(List<Seat<T>> group, Seat<T> own, Set<T> refused) {
        for (var seat : group) {
            if (seat != own) {
                seat.role.complete(role(seat, refused));
            }
        }
    }

    private static <T> Role role(Seat<T> seat, Set<T> refused) {
        return refused.contains(seat.item) ? Role.SAVE_ALONE : Role.SAVED;
    }

    private enum Role {
        LEAD,
        SAVED,
        SAVE_ALONE
    }

    private static final class Seat<T> {
        final T item;
        final CompletableFuture<Role> role = new CompletableFuture<>();

        Seat(T item) {
            this.item = item;
        }
    }
}
