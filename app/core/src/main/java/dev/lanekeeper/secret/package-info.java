/** Keys and what is done with them; the only package that knows Tink, which an application adds if it encrypts. Depends on {@code work} and {@code api}. */
@NullMarked
package dev.lanekeeper.secret;

import org.jspecify.annotations.NullMarked;
