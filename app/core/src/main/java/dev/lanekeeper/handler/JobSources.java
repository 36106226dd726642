package dev.lanekeeper.handler;

import dev.lanekeeper.handler.HandlerDefinition.JobSource;
import dev.lanekeeper.work.Recurrence;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads how jobs of a handler come to be. */
final class JobSources {

    private JobSources() {}

    /** @param resolved whether code of the handler's says which resource a job belongs to */
    static JobSource of(boolean resolved, Options options) {
        String resource = resolved ? RemoteResource.IN_CODE : options.text("resource");
        return new JobSource(resource, recurrence(options), options.flag("inline", false));
    }

    private static @Nullable Recurrence recurrence(Options options) {
        String zone = options.parse("zone", text -> Optional.of(Recurrence.zone(text)))
                .orElse(Recurrence.USUAL_ZONE);
        if (options.find("zone") != null && options.find("cron") == null) {
            options.reject("zone", "it recurs at no time, so it needs no time zone", "Give cron too, or remove it");
        }
        return options.parse("cron", text -> Optional.of(Recurrence.of(text, zone)))
                .orElse(null);
    }
}
