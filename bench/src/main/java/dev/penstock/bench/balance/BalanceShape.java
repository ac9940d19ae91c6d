package dev.penstock.bench.balance;

/// The size of a global batch and how many ranks share it.
record BalanceShape(int ranks, int samples) {

    @Override
    public String toString() {
        return ranks + "x" + samples;
    }
}
