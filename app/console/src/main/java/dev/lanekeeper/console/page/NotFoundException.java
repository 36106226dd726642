package dev.lanekeeper.console.page;

/** There is nothing of that name or number; answered with a page that says so. */
public final class NotFoundException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String title;
    private final String explanation;

    /** @param explanation why that may be, and where to look instead */
    public NotFoundException(String title, String explanation) {
        super(title, null, false, false);
        this.title = title;
        this.explanation = explanation;
    }

    public String title() {
        return title;
    }

    public String explanation() {
        return explanation;
    }
}
