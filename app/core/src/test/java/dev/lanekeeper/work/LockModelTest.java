package dev.lanekeeper.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever happens to processes, lanes, locks and items, in whatever order: the stores do what {@link Books} say, and everything
 * comes to its end. Moves are drawn by a seed; a list that goes wrong is shortened, and told with its seed.
 */
class LockModelTest {

    private static final int MOVES = 80;
    private static final int SEEDS = 20;

    /** With how many seeds what is wrong has to be noticed; it is with the first, unless what a seed stands for has changed. */
    private static final int TRIES = 200;

    private static final Duration LONG = Duration.ofSeconds(80);
    private static final UnaryOperator<String> PRODUCT = UnaryOperator.identity();
    private static final Database DATABASE = new Database(Corridor.connections(), "lanekeeper");

    @BeforeAll
    static void prepare() {
        Play.prepare(DATABASE);
    }

    @AfterAll
    static void tidyUp() {
        Play.tidyUp(DATABASE);
    }

    @Test
    void theStoresDoWhatTheModelSays() {
        for (var seed = 1L; seed <= SEEDS; seed++) {
            assertThat(told(seed, MOVES, PRODUCT)).isNull();
        }
    }

    @Test
    @Tag("chaos")
    void theStoresDoWhatTheModelSaysForLong() {
        var begun = System.nanoTime();
        for (var seed = begun; System.nanoTime() - begun < LONG.toNanos(); seed++) {
            assertThat(told(seed, (int) (30 + seed % 200), PRODUCT)).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void noticesWhatIsWrong(WrongLock wrong) {
        var form = wrong.form();

        var fault = firstFault(form, wrong.seed());

        assertThat(form.isApplied()).as("some statement was rewritten").isTrue();
        assertThat(fault).isNotNull().doesNotContain(Play.THROWN);
    }

    private static @Nullable String firstFault(UnaryOperator<String> form, long first) {
        String fault = null;
        for (var seed = first; fault == null && seed < first + TRIES; seed++) {
            fault = Play.fault(Move.draw(seed, MOVES), form);
        }
        return fault;
    }

    @Test
    void tellsTheFewMovesThatItTakes() {
        var form = WrongLock.IDENTITY_BY_HOST_NAME.form();
        var moves = Move.draw(WrongLock.IDENTITY_BY_HOST_NAME.seed(), MOVES);

        var few = shortest(moves, form);

        assertThat(few).hasSizeLessThan(10);
        assertThat(Play.fault(few, form)).isNotNull();
    }

    private static @Nullable String told(long seed, int number, UnaryOperator<String> form) {
        var moves = Move.draw(seed, number);
        if (Play.fault(moves, form) == null) {
            return null;
        }
        var few = shortest(moves, form);
        return "seed %d, %d moves, of which these are enough: %s%n%s"
                .formatted(seed, number, few, Play.fault(few, form));
    }

    private static List<Move> shortest(List<Move> moves, UnaryOperator<String> form) {
        return new Shortest(few -> Play.fault(few, form) != null, 150).of(moves);
    }
}
