package dev.lanekeeper.work;

/**
 * A job that recurs, on its way to those that do.
 *
 * @param name among those of its handler; empty for the one that the handler says
 * @param job what is stored each time, with what it claims
 */
public record NewRecurring(String name, Recurrence when, NewJob job) {

    /** Of the one that the handler says. */
    public static final String DECLARED = "";

    /** As what the list of what people did has it, also once it recurs no more. */
    public static String target(String handler, String name) {
        return "recurring:" + handler + "/" + name;
    }
}
