package dev.lanekeeper.testkit;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A program that starts servers and a process and then waits to be killed. */
class ServerOwnerMain {

    public static void main(String[] args) throws InterruptedException {
        var server = PostgresServer.create();
        var child = JavaCommand.of(PatientMain.class).start();
        Path folder = server.log().getParent();
        System.out.println("owns " + server.pids().get(0) + " " + child.pid() + " " + folder);
        new CountDownLatch(1).await();
    }
}
