package dev.penstock.loader;

/// Waiting for our own threads, which end by themselves soon after they are told to.
final class Threads {

    private Threads() {}

    /// Joins and keeps the caller's interrupt for later: a close that returns early would unmap memory in use.
    static void joinUninterruptibly(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
