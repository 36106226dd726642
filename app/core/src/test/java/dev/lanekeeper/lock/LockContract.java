package dev.lanekeeper.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.work.LockNeed;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What every provider of locks does, whichever it is: that of the database and that of Redis alike. */
public abstract class LockContract {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Somebody who takes locks: a run that owns a lane. */
    public interface Party {

        /** Takes all of these, or none. */
        boolean takes(LockNeed... needs);

        /** The token of what it took last. */
        long token();

        /** Records its results and frees its locks; false when they are refused. */
        boolean records();

        /** Its process is gone without a word. */
        void dies();

        /** Whether the lock is written down as held by anybody. */
        boolean holds(LockNeed need);

        /** Somebody takes its locks away. */
        void isRobbed(LockNeed need);
    }

    protected abstract Party party();

    @Test
    void isGivenToOneAtATimeAndToTheNextWhenItIsFree() {
        var one = party();
        var other = party();

        assertThat(one.takes(lock("a"))).isTrue();
        assertThat(other.takes(lock("a"))).isFalse();
        assertThat(party().takes(lock("b"))).isTrue();
        assertThat(one.records()).isTrue();
        assertThat(other.takes(lock("a"))).isTrue();
    }

    @Test
    void isGivenTogetherWithAllOthersOrNotAtAll() {
        var one = party();
        var other = party();
        assertThat(one.takes(lock("b"))).isTrue();

        assertThat(other.takes(lock("a"), lock("b"), lock("c"))).isFalse();

        assertThat(other.holds(lock("a"))).isFalse();
        assertThat(other.holds(lock("c"))).isFalse();
        one.records();
        assertThat(other.takes(lock("a"), lock("b"), lock("c"))).isTrue();
    }

    @Test
    void isGivenToAsManyAsASemaphoreLets() {
        var first = party();
        assertThat(first.takes(many("a"))).isTrue();
        assertThat(party().takes(many("a"))).isTrue();
        var third = party();
        assertThat(third.takes(many("a"))).isFalse();

        first.records();

        assertThat(third.takes(many("a"))).isTrue();
    }

    @Test
    void letsStartSoManyInAPeriodHoweverSoonTheyAreDone() {
        var rate = new LockNeed("a", 2, Duration.ofMillis(700), null);
        for (var n = 0; n < 2; n++) {
            var party = party();
            assertThat(party.takes(rate)).isTrue();
            party.records();
        }
        var third = party();
        assertThat(third.takes(rate)).isFalse();

        passes(Duration.ofMillis(800));
        await().atMost(PATIENCE).until(() -> third.takes(rate));
    }

    @Test
    void comesWithATokenThatIsHigherThanThatOfEveryEarlierHolder() {
        var last = 0L;
        for (var n = 0; n < 5; n++) {
            var party = party();
            assertThat(n % 2 == 0 ? party.takes(lock("a")) : party.takes(lock("a"), lock("b")))
                    .isTrue();
            assertThat(party.token()).isGreaterThan(last);
            last = party.token();
            party.records();
        }
    }

    @Test
    void isNotFreedByAStranger() {
        var one = party();
        var stranger = party();
        assertThat(one.takes(lock("a"))).isTrue();
        assertThat(stranger.takes(lock("b"))).isTrue();

        stranger.records();

        assertThat(party().takes(lock("a"))).isFalse();
    }

    @Test
    void refusesTheResultsOfOneWhoWasRobbedOfIt() {
        var robbed = party();
        assertThat(robbed.takes(lock("a"))).isTrue();
        robbed.isRobbed(lock("a"));
        var next = party();
        assertThat(next.takes(lock("a"))).isTrue();

        assertThat(robbed.records()).isFalse();

        assertThat(next.records()).isTrue();
    }

    @Test
    void isFreeSoonAfterItsHolderHasDied() {
        var dead = party();
        assertThat(dead.takes(lock("a"), many("b"))).isTrue();

        dead.dies();

        var next = party();
        await().atMost(PATIENCE).until(() -> next.takes(lock("a"), many("b")));
    }

    /** Lets time pass for the provider. */
    protected abstract void passes(Duration time);

    private static LockNeed lock(String name) {
        return LockNeed.of(name);
    }

    private static LockNeed many(String name) {
        return new LockNeed(name, 2, null, null);
    }
}
