package dev.lanekeeper.console.handlers;

import dev.lanekeeper.console.handlers.HandlerReader.Attempt;
import dev.lanekeeper.console.item.Answers;
import dev.lanekeeper.console.page.ConsolePath;
import dev.lanekeeper.console.page.NotFoundException;
import dev.lanekeeper.console.page.Notice;
import dev.lanekeeper.operations.HandlerAnswer;
import dev.lanekeeper.operations.HandlerOperations;
import dev.lanekeeper.operations.Operator;
import dev.lanekeeper.operations.SettingAnswer;
import dev.lanekeeper.operations.SettingOperations;
import dev.lanekeeper.setting.SettingName;
import java.security.Principal;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.servlet.view.RedirectView;
import org.springframework.web.util.UriUtils;

/** All handlers, and one with its settings; pauses and resumes it. */
@Controller
public class HandlerPages {

    private final HandlerReader reader;
    private final HandlerOperations handlers;
    private final SettingOperations settings;
    private final ConsolePath path;

    public HandlerPages(
            HandlerReader reader, HandlerOperations handlers, SettingOperations settings, ConsolePath path) {
        this.reader = reader;
        this.handlers = handlers;
        this.settings = settings;
        this.path = path;
    }

    @GetMapping("/handlers")
    String all(Model model) {
        model.addAttribute("handlers", reader.rows());
        return "lanekeeper/console/handlers";
    }

    @GetMapping("/handlers/{name}")
    String one(@PathVariable String name, Model model) {
        model.addAttribute("handler", reader.view(name, (Attempt) model.getAttribute("attempt")));
        return "lanekeeper/console/handler";
    }

    /** What a form sends along: why somebody does something. */
    record Reason(@Nullable String reason) {

        Operator by(Principal who) {
            return Answers.operator(who, reason);
        }
    }

    @PostMapping("/handlers/{name}/intake/pause")
    RedirectView pauseIntake(@PathVariable String name, Reason why, Principal who, RedirectAttributes next) {
        return answer(name, handlers.pauseIntake(name, why.by(who)), "The intake", next);
    }

    @PostMapping("/handlers/{name}/intake/resume")
    RedirectView resumeIntake(@PathVariable String name, Reason why, Principal who, RedirectAttributes next) {
        return answer(name, handlers.resumeIntake(name, why.by(who)), "The intake", next);
    }

    @PostMapping("/handlers/{name}/processing/pause")
    RedirectView pauseProcessing(@PathVariable String name, Reason why, Principal who, RedirectAttributes next) {
        return answer(name, handlers.pauseProcessing(name, why.by(who)), "The processing", next);
    }

    @PostMapping("/handlers/{name}/processing/resume")
    RedirectView resumeProcessing(@PathVariable String name, Reason why, Principal who, RedirectAttributes next) {
        return answer(name, handlers.resumeProcessing(name, why.by(who)), "The processing", next);
    }

    private RedirectView answer(String name, HandlerAnswer answer, String what, RedirectAttributes next) {
        var notice = switch (answer) {
            case PAUSED -> Notice.ok(what + " of " + name + " is paused on every node within two seconds");
            case RESUMED -> Notice.ok(what + " of " + name + " goes on");
            case ALREADY_PAUSED -> Notice.warn(what + " of " + name + " was paused before; nothing was changed");
            case NOT_PAUSED -> Notice.warn(what + " of " + name + " was not paused; nothing was changed");
            case NO_INTAKE ->
                Notice.warn(name + " has no intake of its own: it handles outbox entries; nothing was changed");
            case NOT_FOUND -> throw noHandler();
        };
        notice.showNext(next);
        return page(name);
    }

    @PostMapping("/handlers/{name}/settings/{key}")
    RedirectView set(
            @PathVariable String name,
            @PathVariable String key,
            @RequestParam String value,
            Reason why,
            Principal who,
            RedirectAttributes next) {
        var answer = settings.set(why.by(who), name, setting(key), value);
        if (answer instanceof SettingAnswer.Refused refused) {
            next.addFlashAttribute("attempt", new Attempt(key, shortened(value), refused.message()));
        }
        tell(key, answer, next);
        return page(name);
    }

    @PostMapping("/handlers/{name}/settings/{key}/reset")
    RedirectView reset(
            @PathVariable String name, @PathVariable String key, Reason why, Principal who, RedirectAttributes next) {
        tell(key, settings.reset(why.by(who), name, setting(key)), next);
        return page(name);
    }

    private static void tell(String key, SettingAnswer answer, RedirectAttributes next) {
        if (answer instanceof SettingAnswer.NotFound) {
            throw noHandler();
        }
        notice(key, answer).showNext(next);
    }

    private static Notice notice(String key, SettingAnswer answer) {
        if (answer instanceof SettingAnswer.Changed changed) {
            return Notice.ok(
                    changed.newValue() == null
                            ? key + " is as in the properties again, on every node within two seconds"
                            : key + " is " + changed.newValue() + ", on every node within two seconds");
        }
        return answer instanceof SettingAnswer.Refused refused
                ? Notice.bad(refused.message())
                : Notice.warn(key + " is so already; nothing was changed");
    }

    private static SettingName setting(String key) {
        return SettingName.of(key)
                .orElseThrow(() -> new NotFoundException(
                        "There is no such setting", "A handler's page shows those that can be set."));
    }

    private static NotFoundException noHandler() {
        return new NotFoundException("There is no such handler", "No node has ever had a handler of this name.");
    }

    private static String shortened(String value) {
        return value.length() <= 100 ? value : value.substring(0, 100);
    }

    private RedirectView page(String name) {
        return path.redirect("/handlers/" + UriUtils.encodePathSegment(name, "UTF-8"));
    }
}
