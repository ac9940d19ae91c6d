package dev.penstock.balance;

/// A binary heap of the numbers `0 .. size-1`, least key first, equal keys by number.
///
/// Reusable; grows as needed. Confined to one thread.
final class KeyHeap {

    private int[] heap = new int[0];
    private long[] keys = new long[0];
    private int size;

    /// Makes room for numbers `0 .. size-1`; [#put] then sets every key, and [#heapify] orders them.
    void begin(int size) {
        if (size > heap.length) {
            heap = new int[Math.max(size, heap.length * 2)];
            keys = new long[heap.length];
        }
        this.size = size;
    }

    void put(int number, long key) {
        heap[number] = number;
        keys[number] = key;
    }

    void heapify() {
        for (int parent = size / 2 - 1; parent >= 0; parent--) {
            sink(parent);
        }
    }

    /// The number with the least key.
    int least() {
        return heap[0];
    }

    /// Raises the key of [#least()].
    void addToLeast(long amount) {
        keys[heap[0]] += amount;
        sink(0);
    }

    /// Takes [#least()] out and returns it.
    int removeLeast() {
        int least = heap[0];
        heap[0] = heap[--size];
        sink(0);
        return least;
    }

    private void sink(int from) {
        int number = heap[from];
        long key = keys[number];
        int hole = from;
        for (int child = 2 * hole + 1; child < size; child = 2 * hole + 1) {
            if (child + 1 < size && precedes(heap[child + 1], keys[heap[child + 1]], heap[child], keys[heap[child]])) {
                child++;
            }
            if (!precedes(heap[child], keys[heap[child]], number, key)) {
                break;
            }
            heap[hole] = heap[child];
            hole = child;
        }
        heap[hole] = number;
    }

    private static boolean precedes(int number, long key, int otherNumber, long otherKey) {
        return key < otherKey || (key == otherKey && number < otherNumber);
    }
}
