package dev.lanekeeper.promise;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Something that happens to an application in its life; everything that died is started again. */
enum Blow {
    APPLICATION_KILLED {
        @Override
        void strike(Site site, int frozenSeconds) {
            var victim = any(site);
            victim.kill9();
            victim.startAgain();
        }
    },
    BROKER_KILLED {
        @Override
        void strike(Site site, int frozenSeconds) {
            site.broker().kill9();
            site.broker().start();
        }
    },
    BOTH_KILLED {
        @Override
        void strike(Site site, int frozenSeconds) {
            var victim = any(site);
            site.broker().kill9();
            victim.kill9();
            site.broker().start();
            victim.startAgain();
        }
    },
    CONNECTIONS_CUT {
        @Override
        void strike(Site site, int frozenSeconds) {
            site.database().terminateBackends(site.random());
        }
    },
    BACKEND_KILLED {
        @Override
        void strike(Site site, int frozenSeconds) {
            site.database().killBackend(site.random());
            site.postgres().awaitReady(Instance.PATIENCE);
        }
    },
    DATABASE_RESTARTED {
        @Override
        void strike(Site site, int frozenSeconds) {
            site.postgres().restart();
        }
    },
    /** Long enough to be declared dead, and then it goes on as if nothing had happened. */
    APPLICATION_FROZEN {
        @Override
        void strike(Site site, int frozenSeconds) {
            var victim = any(site).process();
            victim.freeze();
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(frozenSeconds));
            victim.thaw();
        }
    },
    /** A third instance comes and, some time later, goes in good order. */
    REBALANCE {
        @Override
        void strike(Site site, int frozenSeconds) {
            var guest = site.start().awaitUp();
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(2));
            guest.stop();
            site.instances().remove(guest);
            guest.close();
        }
    };

    abstract void strike(Site site, int frozenSeconds);

    private static Instance any(Site site) {
        return site.instances().get(site.random().nextInt(site.instances().size()));
    }
}
