package dev.penstock.daemon.server;

import dev.penstock.daemon.protocol.AttachRequest;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/// The runs that clients belong to: who has which rank, that they agree, and what they have committed.
///
/// Threading: any thread.
final class Jobs {

    /// Names without a client that are remembered for their commits; the oldest is forgotten first.
    private static final int MOST_REMEMBERED = 4096;

    /// A client that attaches again right after its connection broke may be seen before the break is.
    private static final long LEAVING_NANOS = Duration.ofSeconds(1).toNanos();

    private final Map<String, Job> jobs = new LinkedHashMap<>();

    /// One client's ranks of a job, until it leaves.
    final class Seat implements AutoCloseable {

        private final String name;
        private final Job job;
        private final List<Integer> ranks;
        private final int run;
        private boolean left;

        private Seat(String name, Job job, List<Integer> ranks) {
            this.name = name;
            this.job = job;
            this.ranks = ranks;
            this.run = job.run();
        }

        OptionalLong committed() {
            synchronized (Jobs.this) {
                return job.committed();
            }
        }

        /// A run whose stream has failed may still save what it has.
        void commit(long step) {
            synchronized (Jobs.this) {
                if (job.run() != run) {
                    throw new ConfigurationException(FailureMessage.of("committing")
                            .with("job", name)
                            .with("found", "another run has the name meanwhile")
                            .remedy("name runs that differ differently"));
                }
                job.commit(step);
            }
        }

        /// Leaves the ranks to others. Closing twice does nothing.
        @Override
        public void close() {
            synchronized (Jobs.this) {
                if (left) {
                    return;
                }
                left = true;
                ranks.forEach(job.attached()::remove);
                // Moves the name to the young end of those that are forgotten first.
                jobs.remove(name);
                jobs.put(name, job);
                Jobs.this.notifyAll();
            }
        }
    }

    /// Gives a client its ranks; fails with a [ConfigurationException] when another one has them, or when the clients
    /// of the job do not agree on what it reads.
    synchronized Seat join(AttachRequest request, List<Integer> ranks) {
        SortedMap<String, String> settings = new TreeMap<>(request.options());
        settings.remove("rank");
        Job job = jobs.computeIfAbsent(request.job(), name -> new Job(request.uri(), settings));
        awaitLeaving(job, request.uri(), settings, ranks);
        if (job.attached().isEmpty()) {
            job.become(request.uri(), settings);
        } else {
            requireAgreement(request, job, settings);
            requireFree(request, job, ranks);
        }
        job.attached().addAll(ranks);
        forgetOldest();
        return new Seat(request.job(), job, ranks);
    }

    private void awaitLeaving(Job job, String uri, SortedMap<String, String> settings, List<Integer> ranks) {
        long deadline = System.nanoTime() + LEAVING_NANOS;
        while (!job.takes(uri, settings, ranks)) {
            long leftMillis = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
            if (leftMillis <= 0) {
                return;
            }
            try {
                wait(leftMillis);
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static void requireAgreement(AttachRequest request, Job job, SortedMap<String, String> settings) {
        if (!job.uri().equals(request.uri())) {
            throw refused(request, "differs", "uri", "attach to the same dataset, or under another job name");
        }
        for (String name : union(job.settings(), settings).keySet()) {
            String theirs = job.settings().get(name);
            String mine = settings.get(name);
            if (theirs == null || !theirs.equals(mine)) {
                throw refused(
                        request,
                        "differs",
                        name + " (others: " + theirs + ", this one: " + mine + ")",
                        "give every rank the same options, or this one another job name");
            }
        }
    }

    private static SortedMap<String, String> union(SortedMap<String, String> one, SortedMap<String, String> other) {
        SortedMap<String, String> both = new TreeMap<>(one);
        both.putAll(other);
        return both;
    }

    private static void requireFree(AttachRequest request, Job job, List<Integer> ranks) {
        for (int rank : ranks) {
            if (job.attached().contains(rank)) {
                throw refused(
                        request,
                        "takenRank",
                        rank,
                        "one client of a job has a rank: give this one another rank or job name");
            }
        }
    }

    private static ConfigurationException refused(AttachRequest request, String key, Object value, String remedy) {
        return new ConfigurationException(FailureMessage.of("attaching")
                .with("job", request.job())
                .with(key, value)
                .remedy(remedy));
    }

    private void forgetOldest() {
        Iterator<Job> oldest = jobs.values().iterator();
        while (jobs.size() > MOST_REMEMBERED && oldest.hasNext()) {
            if (oldest.next().attached().isEmpty()) {
                oldest.remove();
            }
        }
    }

    /// The step of a job's last commit.
    synchronized OptionalLong committed(String name) {
        Job job = jobs.get(name);
        return job == null ? OptionalLong.empty() : job.committed();
    }
}
