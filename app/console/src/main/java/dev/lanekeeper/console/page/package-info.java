/** What all pages share: frame, times, pictures, paging. Knows Spring MVC, Thymeleaf and the core's clock. */
@NullMarked
package dev.lanekeeper.console.page;

import org.jspecify.annotations.NullMarked;
