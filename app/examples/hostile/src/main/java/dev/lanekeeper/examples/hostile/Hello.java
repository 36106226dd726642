package dev.lanekeeper.examples.hostile;

import org.jobrunr.scheduling.JobScheduler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** Its own pages and its own jobs. */
@RestController
class Hello {

    private final JobScheduler jobs;

    Hello(JobScheduler jobs) {
        this.jobs = jobs;
    }

    @GetMapping("/hello")
    String hello() {
        return "hello";
    }

    /** A job of the application's own JobRunr. */
    @PostMapping("/count")
    void count() {
        jobs.<Shipments>enqueue(each -> each.count());
    }
}
