/** Shows what Lanekeeper promises: applications in processes of their own, killed and frozen, and an oracle that trusts none of our tables. */
@NullMarked
package dev.lanekeeper.promise;

import org.jspecify.annotations.NullMarked;
