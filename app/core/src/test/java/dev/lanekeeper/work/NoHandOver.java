package dev.lanekeeper.work;

/** A node without workers, on which items without a resource share bundles all the same. */
public class NoHandOver implements HandOver {

    @Override
    public Reservation reserve(int handlerId, int lanes) {
        return new NoReservation();
    }

    @Override
    public int bundleSize(int handlerId) {
        return 10;
    }
}
