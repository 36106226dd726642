package dev.lanekeeper.testkit;

import java.util.concurrent.TimeUnit;

/** A program that says hello, counts, and says goodbye when it is asked to end. */
class PatientMain {

    public static void main(String[] args) throws InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("goodbye")));
        System.out.println("hello " + String.join(" ", args) + " " + System.getProperty("greeting"));
        for (int i = 0; i < 3_000; i++) {
            TimeUnit.MILLISECONDS.sleep(20);
            System.out.println("count " + i);
        }
    }
}
