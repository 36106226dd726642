package dev.lanekeeper.work;

import static dev.lanekeeper.work.Books.require;

import dev.lanekeeper.operations.ItemAnswer;
import dev.lanekeeper.operations.ItemOperations;
import dev.lanekeeper.operations.LaneOperations;
import dev.lanekeeper.operations.LockAnswer;
import dev.lanekeeper.operations.LockOperations;
import dev.lanekeeper.work.Books.Fault;
import dev.lanekeeper.work.Books.Stored;
import dev.lanekeeper.work.LaneResult.Next;
import dev.lanekeeper.work.PlayProcess.Freeze;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Plays moves on the product's own stores, one after the other, with {@link Books} beside them that say what has to come of each.
 * Several processes of one host name store, claim, take locks, handle and record; they freeze, go on with what they had in mind,
 * and die; people take locks, lanes and items away from them.
 */
final class Play {

    private static final Duration PERIOD = Duration.ofSeconds(4);

    /** Of one at a time, of two at a time, one more, and a rate. */
    static final List<LockNeed> LOCKS = List.of(
            LockNeed.of("x"), new LockNeed("y", 2, null, null), LockNeed.of("z"), new LockNeed("r", 2, PERIOD, null));

    /** Marks a fault that is an exception and no assertion. */
    static final String THROWN = " was not played: ";

    private static final int MOST_PROCESSES = 3;
    private static final int MOST_ROUNDS = 100;
    private static final int BEAT = 5;

    /** It reads all rows there are, so that it is done after each so many moves. */
    private static final int CONSERVATION = 6;

    final Corridor corridor;
    final Tables tables;
    final Books books;
    final RunLocker locker;
    private final List<PlayProcess> processes = new ArrayList<>();
    private long nextOffset;
    private int checks;

    Play(UnaryOperator<String> rewrite) {
        this.corridor = Corridor.open(text -> rewrite.apply(text).replace("clock_timestamp()", "public.play_time()"));
        this.tables = new Tables(corridor);
        this.books = new Books(corridor, tables);
        this.locker = new RunLocker(corridor.database, corridor.recorder(), corridor.clock);
        setTime();
        join();
        join();
    }

    /** What the database's clock says, where it is the play's. */
    static void prepare(Database database) {
        database.sql("""
                        CREATE TABLE public.play_clock (instant timestamptz);
                        INSERT INTO public.play_clock VALUES ('epoch');
                        CREATE FUNCTION public.play_time() RETURNS timestamptz LANGUAGE sql STABLE
                            AS 'SELECT instant FROM public.play_clock';
                        """).update();
    }

    static void tidyUp(Database database) {
        database.sql("""
                        DROP FUNCTION public.play_time();
                        DROP TABLE public.play_clock;
                        """).update();
    }

    /** What goes wrong when these are played, and everything is brought to its end then; {@code null} when nothing does. */
    static @Nullable String fault(List<Move> moves, UnaryOperator<String> rewrite) {
        var play = new Play(rewrite);
        var at = "before the first move";
        try {
            for (var move : moves) {
                at = move.toString();
                play.play(move);
                play.check();
            }
            at = "when all was brought to its end";
            play.end();
            return null;
        } catch (Fault e) {
            return at + ": " + e.getMessage();
        } catch (RuntimeException e) {
            return at + THROWN + e;
        }
    }

    private void check() {
        if (++checks % CONSERVATION == 0) {
            books.checkConservation();
        }
        books.check(processes.stream().flatMap(PlayProcess::believers).toList());
    }

    private void play(Move move) {
        switch (move.what()) {
            case STORE -> store(move);
            case CLAIM -> on(processes, move, p -> p.claim(1 + move.how() % 4));
            case START -> on(turns(t -> !t.isWorking()), move, t -> processOf(t).start(t));
            case END -> on(turns(Turn::isWorking), move, t -> processOf(t).end(t, move.how()));
            case RECORD -> on(turns(t -> true), move, t -> processOf(t).record(t, next(t, move)));
            case TIME_PASSES -> pass(List.of(1, 1, 2, 5, 10, 15).get(move.how() % 6));
            case JOIN -> join();
            case FREEZE -> on(frozen(false), move, p -> p.freeze(Freeze.values()[move.how() % 3]));
            case THAW -> on(frozen(true), move, PlayProcess::thaw);
            case HEART_STOPS -> on(processes, move, p -> p.heartBeats(false));
            case HEART_GOES_ON -> on(processes, move, p -> p.heartBeats(true));
            case KILL -> on(processes, move, processes::remove);
            case FORGET -> on(turns(t -> true), move, t -> processOf(t).forget(t));
            case TAKE_LOCK_AWAY -> on(tables.locks(), move, this::takeAway);
            case PARK -> on(tables.lanes(), move, l -> lanes().park(l.laneId(), World.ANNA));
            case UNPARK -> on(tables.lanes(), move, l -> lanes().unpark(l.laneId(), World.ANNA));
            case DISCARD -> on(notDone(), move, this::discard);
            case RETRY -> on(notDone(), move, this::retry);
            case SWEEP -> sweep();
        }
    }

    private static <T> void on(List<T> all, Move move, Consumer<T> step) {
        if (!all.isEmpty()) {
            step.accept(all.get(move.which() % all.size()));
        }
    }

    private List<PlayProcess> frozen(boolean frozen) {
        return processes.stream().filter(p -> p.isFrozen() == frozen).toList();
    }

    /** Of processes that do anything at all. */
    private List<Turn> turns(Predicate<Turn> which) {
        return processes.stream()
                .filter(p -> !p.isFrozen())
                .flatMap(p -> p.turns().stream())
                .filter(which)
                .toList();
    }

    private PlayProcess processOf(Turn turn) {
        return processes.stream()
                .filter(p -> p.turns().contains(turn))
                .findFirst()
                .orElseThrow();
    }

    private static Next next(Turn turn, Move move) {
        return turn.isWorking() ? Next.HOLD : move.how() % 2 == 0 ? Next.RELEASE : Next.KEEP;
    }

    private void store(Move move) {
        var resource = resource(move.which() % 5);
        var needs = needs(move.how() % 10);
        var first = nextOffset;
        nextOffset += 1 + move.how() / 10 % 2;
        corridor.store(Corridor.items(first, nextOffset, resource));
        tables.itemsFrom(first)
                .forEach(i -> books.items.put(i.itemId(), new Stored(i.itemId(), i.laneId(), resource == null, needs)));
    }

    private static @Nullable String resource(int which) {
        return which == 4 ? null : List.of("a", "b", "c", "d").get(which);
    }

    private static List<LockNeed> needs(int which) {
        var x = LOCKS.get(0);
        var y = LOCKS.get(1);
        var z = LOCKS.get(2);
        var r = LOCKS.get(3);
        return List.of(
                        List.<LockNeed>of(),
                        List.of(x),
                        List.of(x),
                        List.of(y),
                        List.of(y),
                        List.of(x, y),
                        List.of(y, z),
                        List.of(y),
                        List.of(r),
                        List.of(x, r))
                .get(which);
    }

    /** All nodes whose hearts beat are heard of every five seconds, in which nobody falls silent for having been heard so rarely. */
    private void pass(int seconds) {
        for (var left = seconds; left > 0; left -= BEAT) {
            corridor.clock.advance(Duration.ofSeconds(Math.min(BEAT, left)));
            setTime();
            List.copyOf(processes).forEach(PlayProcess::beat);
        }
    }

    private void setTime() {
        corridor.database
                .sql("UPDATE public.play_clock SET instant = ?")
                .param(Database.timestamp(corridor.clock.instant()))
                .update();
    }

    private void join() {
        if (processes.size() < MOST_PROCESSES) {
            processes.add(new PlayProcess(this));
        }
    }

    private void takeAway(Tables.LockRow row) {
        var answer = new LockOperations(corridor.database).releaseRunLock(row.digest(), row.token(), World.ANNA);
        var need = LOCKS.stream()
                .filter(n -> n.digest().equals(row.digest()))
                .findFirst()
                .orElseThrow();
        var expected = books.counts(row, corridor.database.now()) ? LockAnswer.RELEASED : LockAnswer.NOT_FOUND;
        require(answer == expected, "%s was to be taken away: %s", row, answer);
        if (answer == LockAnswer.NOT_FOUND) {
            return;
        }
        books.takenAway(row, need);
        books.requireAwake(Stream.of(need).filter(n -> !n.isRate()).toList());
    }

    private LaneOperations lanes() {
        return new LaneOperations(corridor.database, corridor.clock);
    }

    private ItemOperations people() {
        return new ItemOperations(corridor.database, corridor.clock);
    }

    private List<Long> notDone() {
        return books.items.keySet().stream()
                .filter(i -> books.ended.get(i) != State.DONE)
                .toList();
    }

    private void discard(long itemId) {
        var answer = people().discard(itemId, World.ANNA);
        if (answer == ItemAnswer.DISCARDED) {
            books.ended.put(itemId, State.DISCARDED);
        } else if (answer == ItemAnswer.REQUESTED) {
            books.askedToDiscard.add(itemId);
        }
    }

    private void retry(long itemId) {
        var answer = people().retry(itemId, World.ANNA);
        if (answer == ItemAnswer.DUE || answer == ItemAnswer.DUE_BEHIND_PARKING) {
            if (books.ended.remove(itemId) != null) {
                books.reopened.add(itemId);
                books.askedToDiscard.remove(itemId);
            }
        }
    }

    private void sweep() {
        locker.sweep(1_000);
        books.swept();
    }

    /** All processes die but one that begins now and does all that is to be done; those before it learn that they have lost. */
    private void end() {
        var before = List.copyOf(processes);
        processes.clear();
        corridor.clock.advance(Books.LEASE.plusSeconds(1));
        setTime();
        var last = new PlayProcess(this);
        processes.add(last);
        last.rescue();
        check();
        for (var process : before) {
            process.thaw();
            List.copyOf(process.turns()).forEach(t -> process.record(t, Next.RELEASE));
        }
        tables.lanes().stream().filter(Tables.LaneRow::parked).forEach(l -> lanes().unpark(l.laneId(), World.ANNA));
        check();
        drain(last);
        corridor.clock.advance(PERIOD);
        sweep();
        books.checkConservation();
        require(tables.locks().isEmpty(), "locks are left: %s", tables.locks());
        require(corridor.count("lanekeeper.lock_waiter") == 0, "somebody waits, and nothing is left to do");
    }

    private void drain(PlayProcess last) {
        for (var round = 0; corridor.count("lanekeeper.lane") > 0; round++) {
            require(round < MOST_ROUNDS, "these lanes never come to their end: %s", tables.lanes());
            last.claim(2);
            for (var turn : List.copyOf(last.turns())) {
                last.start(turn);
                if (turn.isWorking()) {
                    last.end(turn, 0);
                }
            }
            check();
            if (last.turns().isEmpty()) {
                pass(2);
            }
        }
        books.items.keySet().forEach(i -> require(books.ended.containsKey(i), "item %d never came to its end", i));
    }
}
