package dev.lanekeeper.console.event;

import dev.lanekeeper.console.item.FilterForm;
import dev.lanekeeper.console.item.HandlerNames;
import dev.lanekeeper.console.item.ItemOrder;
import dev.lanekeeper.console.item.ItemSearch;
import dev.lanekeeper.console.item.ItemState;
import dev.lanekeeper.console.item.ItemView;
import dev.lanekeeper.console.page.ConsolePath;
import dev.lanekeeper.console.page.Paging;
import dev.lanekeeper.console.page.Times;
import java.util.Set;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** The list of events, the newest first. */
@Controller
public class EventsPage {

    private static final int ROWS = 50;

    private final ItemSearch items;
    private final HandlerNames handlers;
    private final Times times;
    private final ConsolePath path;

    public EventsPage(ItemSearch items, HandlerNames handlers, Times times, ConsolePath path) {
        this.items = items;
        this.handlers = handlers;
        this.times = times;
        this.path = path;
    }

    @GetMapping("/events")
    String events(FilterForm form, Model model) {
        var filter = form.filter(Set.of());
        var page = items.page(filter, ItemOrder.STORED, form.place(), ROWS);
        var address = path.below("/events");
        var next = page.next();
        model.addAttribute("form", form);
        model.addAttribute("handlers", handlers.all());
        model.addAttribute("states", ItemState.values());
        model.addAttribute("total", items.count(filter, ItemOrder.STORED).toString());
        model.addAttribute("cutShort", page.cutShort());
        model.addAttribute(
                "rows", page.rows().stream().map(row -> ItemView.of(row, times)).toList());
        model.addAttribute(
                "paging",
                new Paging(
                        form.place() == null ? null : form.address(address, null),
                        next == null ? null : form.address(address, next),
                        page.rows().size() + " rows"));
        return "lanekeeper/console/events";
    }
}
