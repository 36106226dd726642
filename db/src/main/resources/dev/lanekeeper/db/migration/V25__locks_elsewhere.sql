-- People see which locks other applications have that items of this one wait for.

CREATE INDEX lock_waiter_elsewhere ON ${schema}.lock_waiter (name, digest) WHERE elsewhere = 1;
