package dev.lanekeeper.console.outbox;

import dev.lanekeeper.console.item.ItemRow;
import dev.lanekeeper.console.item.ItemSearch;
import dev.lanekeeper.console.item.ItemView;
import dev.lanekeeper.console.item.Shown;
import dev.lanekeeper.console.outbox.OutboxSearch.Subscriber;
import dev.lanekeeper.console.outbox.OutboxView.SubscriberLine;
import dev.lanekeeper.console.page.Figure;
import dev.lanekeeper.console.page.Numbers;
import dev.lanekeeper.console.page.Times;
import dev.lanekeeper.work.Database;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** What has become of outbox entries, and what a person may do about those that do not get through. */
@Controller
public class OutboxPage {

    private static final int ROWS = 25;

    /** Of a subscription that is asked in the run, and of the one that produces to Kafka. */
    private static final int ASKED = 2;

    private static final int TO_KAFKA = 3;

    private final OutboxSearch search;
    private final Times times;

    public OutboxPage(Database database, ItemSearch items, Times times) {
        this.search = new OutboxSearch(database, items);
        this.times = times;
    }

    @GetMapping("/outbox")
    String outbox(Model model) {
        var subscribers = search.subscribers();
        model.addAttribute(
                "outbox",
                new OutboxView(
                        figures(subscribers),
                        subscribers.stream().map(this::line).toList(),
                        views(search.retrying(ROWS)),
                        views(search.failed(ROWS))));
        return "lanekeeper/console/outbox";
    }

    private List<ItemView> views(List<ItemRow> rows) {
        return rows.stream().map(row -> ItemView.of(row, times)).toList();
    }

    private List<Figure> figures(List<Subscriber> subscribers) {
        var unmoved = search.unmoved();
        var oldest = unmoved.oldest();
        var next = subscribers.stream()
                .map(Subscriber::nextRetry)
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .orElse(null);
        var failed = sum(subscribers, Subscriber::failed);
        return List.of(
                figure(
                        "Not moved yet",
                        unmoved.entries().toString(),
                        "",
                        oldest == null ? "none" : "oldest written",
                        oldest),
                Figure.of("Lanes ready", number(sum(subscribers, Subscriber::ready)), "wait for a worker"),
                figure(
                        "Lanes retrying",
                        number(sum(subscribers, Subscriber::retrying)),
                        "",
                        next == null ? "none" : "next attempt",
                        next),
                figure(
                        "Failed",
                        number(failed),
                        failed == 0 ? "" : "bad",
                        failed == 0 ? "none" : "until a person acts",
                        null));
    }

    private Figure figure(String label, String value, String tone, String hint, @Nullable Instant since) {
        return new Figure(label, value, tone, hint, times.moment(since), null, null);
    }

    private static long sum(List<Subscriber> subscribers, ToLongFunction<Subscriber> part) {
        return subscribers.stream().mapToLong(part).sum();
    }

    private SubscriberLine line(Subscriber subscriber) {
        return new SubscriberLine(
                subscriber.handler(),
                takes(subscriber),
                number(subscriber.ready()),
                number(subscriber.retrying()),
                times.moment(subscriber.nextRetry()),
                number(subscriber.failed()));
    }

    private static String takes(Subscriber subscriber) {
        if (subscriber.kind() == TO_KAFKA) {
            return "entries with a topic, to Kafka";
        }
        if (subscriber.kind() == ASKED) {
            return "is asked for each entry";
        }
        var context = subscriber.context() == null ? "every context" : Shown.text(subscriber.context());
        return context + ": " + (subscriber.events() == null ? "every event" : Shown.text(subscriber.events()));
    }

    private static String number(long number) {
        return Numbers.capped(number, ItemSearch.COUNTED + 1L);
    }
}
