package dev.lanekeeper.console.page;

import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/** Everything below the console's path that is no page. Apart from {@link ProblemPages}, whose answers would else come first. */
@Controller
public class UnknownPaths {

    @RequestMapping("/**")
    String noSuchPage() {
        throw new NotFoundException("There is no such page", "It may have been moved, or the address is mistyped.");
    }
}
