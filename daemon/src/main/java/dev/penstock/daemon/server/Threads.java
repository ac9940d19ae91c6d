package dev.penstock.daemon.server;

/// Waiting for our own threads, which end by themselves soon after they are told to.
final class Threads {

    private Threads() {}

    /// Joins and keeps the caller's interrupt for later.
    static void joinUninterruptibly(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
