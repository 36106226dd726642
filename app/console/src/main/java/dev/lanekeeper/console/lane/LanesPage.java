package dev.lanekeeper.console.lane;

import dev.lanekeeper.console.item.HandlerNames;
import dev.lanekeeper.console.page.ConsolePath;
import dev.lanekeeper.console.page.Paging;
import dev.lanekeeper.console.page.Times;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.util.UriComponentsBuilder;

/** The list of lanes, by what they do. */
@Controller
public class LanesPage {

    private static final int ROWS = 50;

    private final LaneListSearch lanes;
    private final HandlerNames handlers;
    private final Times times;
    private final ConsolePath path;

    public LanesPage(LaneListSearch lanes, HandlerNames handlers, Times times, ConsolePath path) {
        this.lanes = lanes;
        this.handlers = handlers;
        this.times = times;
        this.path = path;
    }

    /** What is asked for, as it stands in the address. */
    public record Form(
            @Nullable String list,
            @Nullable String handler,
            @Nullable String resource,
            @Nullable String after) {

        LaneList wanted() {
            return list == null ? LaneList.BLOCKED : LaneList.parse(list).orElse(LaneList.BLOCKED);
        }

        @Nullable
        String text(@Nullable String value) {
            return value == null || value.isBlank() ? null : value.replace("\0", "");
        }

        @Nullable
        LanePlace place() {
            return after == null ? null : LanePlace.parse(after).orElse(null);
        }
    }

    /** A way to look at the lanes. */
    public record Tab(String name, String address, @Nullable String count, boolean here) {}

    @GetMapping("/lanes")
    String lanes(Form form, Model model) {
        var list = form.wanted();
        var handler = form.text(form.handler());
        var resource = form.text(form.resource());
        var found = resource == null
                ? lanes.page(list, handler, form.place(), ROWS)
                : new LanePage(lanes.ofResource(resource), null, times.now());
        var next = found.next();
        model.addAttribute("form", form);
        model.addAttribute("handlers", handlers.all());
        model.addAttribute("list", list.name().toLowerCase(Locale.ROOT));
        model.addAttribute("ofResource", resource != null);
        model.addAttribute("tabs", tabs(resource == null ? list : null, handler));
        model.addAttribute("asOf", times.moment(found.asOf()));
        model.addAttribute(
                "rows",
                found.rows().stream().map(row -> LaneView.of(row, times)).toList());
        model.addAttribute(
                "paging",
                new Paging(
                        form.place() == null ? null : address(list, handler, null),
                        next == null ? null : address(list, handler, next),
                        found.rows().size() + " lanes"));
        return "lanekeeper/console/lanes";
    }

    private List<Tab> tabs(@Nullable LaneList here, @Nullable String handler) {
        var counts = lanes.counts();
        return List.of(
                tab(LaneList.BLOCKED, counts.blocked().toString(), here, handler),
                tab(LaneList.PARKED, counts.parked().toString(), here, handler),
                tab(LaneList.ACTIVE, counts.active().toString(), here, handler),
                tab(LaneList.READY, counts.ready().toString(), here, handler),
                tab(LaneList.LONGEST, null, here, handler));
    }

    private Tab tab(LaneList list, @Nullable String count, @Nullable LaneList here, @Nullable String handler) {
        var name = list.name().charAt(0) + list.name().substring(1).toLowerCase(Locale.ROOT);
        return new Tab(name, address(list, handler, null), count, list == here);
    }

    private String address(LaneList list, @Nullable String handler, @Nullable LanePlace after) {
        var address = UriComponentsBuilder.fromPath(path.below("/lanes"))
                .queryParam("list", list.name().toLowerCase(Locale.ROOT));
        if (after != null) {
            address.queryParam("after", after.text());
        }
        if (handler == null) {
            return address.toUriString();
        }
        return address.queryParam("handler", "{handler}")
                .encode()
                .buildAndExpand(handler)
                .toUriString();
    }
}
