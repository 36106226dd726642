package dev.lanekeeper.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GroupCommitTest {

    private static final Duration SHORTLY = Duration.ofSeconds(20);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Integer> savedAlone = new CopyOnWriteArrayList<>();
    private final List<List<Integer>> groups = new CopyOnWriteArrayList<>();
    private final CountDownLatch firstMayCommit = new CountDownLatch(1);
    private final CountDownLatch firstCommits = new CountDownLatch(1);
    private Function<List<Integer>, Set<Integer>> database = items -> Set.of();

    private final GroupCommit<Integer> commit = new GroupCommit<>(this::saveAlone, items -> {
        groups.add(items);
        return database.apply(items);
    });

    @AfterEach
    void endThreads() {
        firstMayCommit.countDown();
        threads.shutdownNow();
    }

    @Test
    void aLoneCallerCommitsAlone() {
        firstMayCommit.countDown();

        commit.save(0);

        assertThat(savedAlone).containsExactly(0);
        assertThat(groups).isEmpty();
    }

    @Test
    void thoseWhoComeDuringACommitShareTheNext() {
        var saves = saveWhileTheFirstCommits(9);

        assertThat(saves).allSatisfy(save -> assertThat(save).succeedsWithin(SHORTLY));
        assertThat(savedAlone).containsExactly(0);
        assertThat(groups).singleElement(InstanceOfAssertFactories.LIST).hasSize(9);
    }

    @Test
    void whatIsRefusedFailsOnlyItsOwnCaller() {
        database = items -> Set.of(5);

        var saves = saveWhileTheFirstCommits(9);

        IntStream.rangeClosed(0, 9)
                .filter(i -> i != 5)
                .forEach(i -> assertThat(saves.get(i)).succeedsWithin(SHORTLY));
        assertThat(saves.get(5)).failsWithin(SHORTLY).withThrowableThat().withMessageContaining("refused: 5");
        assertThat(savedAlone).containsExactly(0);
    }

    @Test
    void aGroupThatFailsIsSavedOneByOne() {
        database = items -> {
            throw new IllegalStateException("planted");
        };

        var saves = saveWhileTheFirstCommits(9);

        IntStream.rangeClosed(0, 9)
                .filter(i -> i != 5)
                .forEach(i -> assertThat(saves.get(i)).succeedsWithin(SHORTLY));
        assertThat(saves.get(5)).failsWithin(SHORTLY).withThrowableThat().withMessageContaining("refused: 5");
        assertThat(savedAlone).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 6, 7, 8, 9);
    }

    @Test
    void anErrorLeavesNobodyWaiting() {
        database = items -> {
            throw new LinkageError("planted");
        };

        var saves = saveWhileTheFirstCommits(3);

        await().atMost(SHORTLY).until(() -> saves.stream().allMatch(CompletableFuture::isDone));
        assertThat(saves.stream().filter(CompletableFuture::isCompletedExceptionally))
                .hasSize(1);
        commit.save(7);
    }

    @Test
    void theInterruptOfALeaderStaysItsOwn() {
        database = items -> Thread.currentThread().isInterrupted() ? Set.copyOf(items) : Set.of();
        var first = threads.submit(() -> commit.save(0));
        await().atMost(SHORTLY).until(() -> firstCommits.getCount() == 0);
        var leader = CompletableFuture.supplyAsync(
                () -> {
                    Thread.currentThread().interrupt();
                    commit.save(1);
                    return Thread.interrupted();
                },
                threads);
        await().atMost(SHORTLY).until(() -> commit.waiting() == 1);
        var follower = CompletableFuture.runAsync(() -> commit.save(2), threads);
        await().atMost(SHORTLY).until(() -> commit.waiting() == 2);

        firstMayCommit.countDown();

        assertThat(first).succeedsWithin(SHORTLY);
        assertThat(leader).succeedsWithin(SHORTLY).isEqualTo(true);
        assertThat(follower).succeedsWithin(SHORTLY);
        assertThat(groups).containsExactly(List.of(1, 2));
        assertThat(savedAlone).containsExactly(0);
    }

    /** Saves 0 to count, of which all but 0 are waiting when 0 is committed. */
    private List<CompletableFuture<Void>> saveWhileTheFirstCommits(int count) {
        var saves = new CopyOnWriteArrayList<CompletableFuture<Void>>();
        saves.add(CompletableFuture.runAsync(() -> commit.save(0), threads));
        await().atMost(SHORTLY).until(() -> firstCommits.getCount() == 0);
        for (int i = 1; i <= count; i++) {
            int item = i;
            saves.add(CompletableFuture.runAsync(() -> commit.save(item), threads));
        }
        await().atMost(SHORTLY).until(() -> commit.waiting() == count);
        firstMayCommit.countDown();
        return saves;
    }

    private void saveAlone(int item) {
        if (item == 5) {
            throw new CompletionException("refused: 5", null);
        }
        if (item == 0) {
            firstCommits.countDown();
            awaitPermission();
        }
        savedAlone.add(item);
    }

    private void awaitPermission() {
        try {
            assertThat(firstMayCommit.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
