package dev.penstock.trainer.weights;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// The pickle, protocol 2, of an `OrderedDict` of tensors as `torch.save` writes it.
///
/// It names three globals and no others, all of which `torch.load(weights_only=True)` allows:
/// `collections.OrderedDict`, `torch._utils._rebuild_tensor_v2` and the storage classes of `torch`.
final class StateDictPickle {

    private static final int PROTOCOL = 0x80;
    private static final int MARK = '(';
    private static final int GLOBAL = 'c';
    private static final int EMPTY_TUPLE = ')';
    private static final int REDUCE = 'R';
    private static final int TUPLE = 't';
    private static final int PERSISTENT_ID = 'Q';
    private static final int TEXT = 'X';
    private static final int INT = 'J';
    private static final int LONG = 0x8a;
    private static final int FALSE = 0x89;
    private static final int SET_ITEMS = 'u';
    private static final int STOP = '.';

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    StateDictPickle() {
        out.write(PROTOCOL);
        out.write(2);
        emptyOrderedDict();
        out.write(MARK);
    }

    /// Adds a contiguous tensor.
    ///
    /// @param storage name of the record that holds its elements
    void tensor(String name, WeightType type, String storage, long... shape) {
        text(name);
        global("torch._utils", "_rebuild_tensor_v2");
        out.write(MARK);
        storage(type, storage, elements(shape));
        number(0);
        tuple(shape);
        tuple(strides(shape));
        out.write(FALSE);
        emptyOrderedDict();
        out.write(TUPLE);
        out.write(REDUCE);
    }

    /// The finished pickle.
    byte[] finish() {
        out.write(SET_ITEMS);
        out.write(STOP);
        return out.toByteArray();
    }

    private void storage(WeightType type, String storage, long elements) {
        out.write(MARK);
        text("storage");
        global("torch", type.storageClass());
        text(storage);
        text("cpu");
        number(elements);
        out.write(TUPLE);
        out.write(PERSISTENT_ID);
    }

    private void emptyOrderedDict() {
        global("collections", "OrderedDict");
        out.write(EMPTY_TUPLE);
        out.write(REDUCE);
    }

    private void global(String module, String name) {
        out.write(GLOBAL);
        out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    private void text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.write(TEXT);
        out.writeBytes(littleEndian(Integer.BYTES).putInt(utf8.length).array());
        out.writeBytes(utf8);
    }

    private void number(long value) {
        if (value == (int) value) {
            out.write(INT);
            out.writeBytes(littleEndian(Integer.BYTES).putInt((int) value).array());
        } else {
            out.write(LONG);
            out.write(Long.BYTES);
            out.writeBytes(littleEndian(Long.BYTES).putLong(value).array());
        }
    }

    private void tuple(long... values) {
        out.write(MARK);
        for (long value : values) {
            number(value);
        }
        out.write(TUPLE);
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static long elements(long... shape) {
        long elements = 1;
        for (long dimension : shape) {
            elements *= dimension;
        }
        return elements;
    }

    private static long[] strides(long... shape) {
        long[] strides = new long[shape.length];
        long next = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = next;
            next *= Math.max(1, shape[i]);
        }
        return strides;
    }
}
