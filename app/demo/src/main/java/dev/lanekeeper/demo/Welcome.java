package dev.lanekeeper.demo;

/** What the demo tells once it is up: where everything is, and what to try. */
record Welcome(DemoOptions options, Servers servers, SignIn signIn) {

    static final String CONSOLE = "/lanekeeper";

    private static final String PLACES = """

              Console     http://127.0.0.1:%d/
                          sign in as operator, or as viewer, who may only look; the password is %s
              Kafka       %s
              PostgreSQL  psql %s
              Data        %s

            """;

    private static final String TRY_SHOP = """
            Five things to try
              1. Failures: cards that were declined, half an order that nobody can read, and orders from a time at which the
                 payment provider was down. The last ones heal: retry one that is older than %d seconds.
              2. Lanes: warehouse north needs 4 seconds for a parcel. Only its own parcels wait; all others go on. And Outbox:
                 each booked order gets a receipt, but the mail server is busy at times, and one mailbox is unknown.
              3. Locks: a customer gets one statement for all orders of half a minute, and there are two printers for it. Look
                 at printer*, who has it and who waits, and take a customer's lock away.
              4. Scheduled: statements that wait for their half minute, and a stocktaking that recurs every minute. Run one now,
                 reschedule it, pause the stocktaking.
              5. Kill it with kill -9 %d and start it again: nothing is lost, and nothing is done twice.

            Ctrl-C stops everything.
            """;

    private static final String TRY_OWN_TOPIC = """
            Three things to try
              1. Fill the topic: kcat -P -b %1$s -t %2$s -l records.jsonl
              2. Events, with handler %2$s: the lane of each record is its field %3$s.
              3. Kill it with kill -9 %4$d while it works and start it again: nothing is lost, and nothing is done twice.

            Ctrl-C stops everything.
            """;

    String text() {
        return places() + (options.exit() ? "" : toTry());
    }

    private String places() {
        return PLACES.formatted(
                servers.webPort(),
                signIn.password(),
                servers.broker().bootstrapServers(),
                servers.postgres().address(),
                options.folder());
    }

    private String toTry() {
        var process = ProcessHandle.current().pid();
        return options.topic() == null
                ? TRY_SHOP.formatted(Orders.OUTAGE.toSeconds(), process)
                : TRY_OWN_TOPIC.formatted(
                        servers.broker().bootstrapServers(), options.topic(), options.jsonField(), process);
    }
}
