package dev.lanekeeper.testkit;

import kafka.Kafka;
import kafka.tools.StorageTool;

/** What the process of a {@link KafkaBroker} runs: formats the storage when it is new, then starts the broker. */
final class BrokerMain {

    private BrokerMain() {}

    /** Takes the properties file and the cluster's id. */
    public static void main(String[] args) {
        int code = StorageTool.execute(
                new String[] {"format", "--ignore-formatted", "-c", args[0], "-t", args[1]}, System.out);
        if (code != 0) {
            System.exit(code);
        }
        Kafka.main(new String[] {args[0]});
    }
}
