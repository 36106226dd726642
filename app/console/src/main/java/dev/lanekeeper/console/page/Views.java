package dev.lanekeeper.console.page;

import org.springframework.core.Ordered;
import org.thymeleaf.spring6.SpringTemplateEngine;
import org.thymeleaf.spring6.view.ThymeleafViewResolver;
import org.thymeleaf.templatemode.TemplateMode;
import org.thymeleaf.templateresolver.ClassLoaderTemplateResolver;

/** Finds the console's own templates, by names that no other application uses, and no others. */
public final class Views {

    private static final String NAMES = "lanekeeper/console/*";

    private Views() {}

    /** The engine is no bean, so an application's own Thymeleaf is not touched, nor needed. */
    public static ThymeleafViewResolver resolver() {
        var engine = new SpringTemplateEngine();
        engine.setTemplateResolver(templates());
        var views = new ThymeleafViewResolver();
        views.setTemplateEngine(engine);
        views.setViewNames(new String[] {NAMES});
        views.setAlwaysProcessRedirectAndForward(false);
        // A page that fails half way is not sent at all, rather than cut off under status 200.
        views.setProducePartialOutputWhileProcessing(false);
        views.setCharacterEncoding("UTF-8");
        views.setContentType("text/html;charset=UTF-8");
        views.setOrder(Ordered.HIGHEST_PRECEDENCE + 10);
        return views;
    }

    private static ClassLoaderTemplateResolver templates() {
        var templates = new ClassLoaderTemplateResolver(Views.class.getClassLoader());
        templates.setPrefix("dev/");
        templates.setSuffix(".html");
        templates.setTemplateMode(TemplateMode.HTML);
        templates.setCharacterEncoding("UTF-8");
        templates.setCacheable(true);
        return templates;
    }
}
