package dev.penstock.trainer.weights;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;

/// Reads the pickle of a state dict into what it says of each tensor; nothing is ever called.
///
/// It knows the opcodes that `torch.save` writes and three callables by name: `OrderedDict`, `_rebuild_tensor_v2` and
/// `_rebuild_parameter`. Whatever else a pickle wants to call is refused.
final class StateDictUnpickler {

    /// A tensor: which elements of which record it is made of.
    record Place(String storageClass, String record, long offset, List<Long> shape, List<Long> strides) {}

    private record Global(String module, String name) {}

    private record Storage(String storageClass, String record) {}

    /// What is on the stack beside values.
    private enum Other {
        NONE,
        MARK
    }

    private final DataInputStream in;
    private final Deque<Object> stack = new ArrayDeque<>();
    private final Map<Integer, Object> memo = new HashMap<>();

    StateDictUnpickler(DataInputStream in) {
        this.in = in;
    }

    /// The tensors by name.
    ///
    /// @throws IOException when it is no state dict: not a dict of tensors, or one that calls something else
    SequencedMap<String, Place> read() throws IOException {
        try {
            for (int opcode = in.readUnsignedByte(); opcode != '.'; opcode = in.readUnsignedByte()) {
                act(opcode);
            }
            if (!(stack.pop() instanceof Map<?, ?> dict)) {
                throw new IOException("not a dict");
            }
            SequencedMap<String, Place> places = new LinkedHashMap<>();
            for (Map.Entry<?, ?> entry : dict.entrySet()) {
                if (!(entry.getKey() instanceof String name && entry.getValue() instanceof Place place)) {
                    throw new IOException("an entry that is no tensor: " + entry.getKey());
                }
                places.put(name, place);
            }
            return places;
        } catch (RuntimeException malformed) {
            throw new IOException("no pickle of a state dict: " + malformed, malformed);
        }
    }

    private void act(int opcode) throws IOException {
        switch (opcode) {
            case 0x80 -> in.readUnsignedByte();
            case 0x95 -> in.readLong();
            case 'c' -> stack.push(new Global(line(), line()));
            case 0x93 -> global();
            case '(' -> stack.push(Other.MARK);
            case ')' -> stack.push(List.of());
            case 't' -> stack.push(sinceMark());
            case 0x85, 0x86, 0x87 -> stack.push(last(opcode - 0x84));
            case ']' -> stack.push(new ArrayList<>());
            case '}' -> stack.push(new LinkedHashMap<>());
            case 'X' -> stack.push(text(little(Integer.BYTES)));
            case 0x8c -> stack.push(text(in.readUnsignedByte()));
            case 'J' -> stack.push((long) (int) little(Integer.BYTES));
            case 'K' -> stack.push((long) in.readUnsignedByte());
            case 'M' -> stack.push(little(Short.BYTES));
            case 0x8a -> stack.push(number(in.readUnsignedByte()));
            case 0x88 -> stack.push(true);
            case 0x89 -> stack.push(false);
            case 'N' -> stack.push(Other.NONE);
            case 'q' -> memo.put(in.readUnsignedByte(), stack.element());
            case 'r' -> memo.put((int) little(Integer.BYTES), stack.element());
            case 0x94 -> memo.put(memo.size(), stack.element());
            case 'h' -> stack.push(Objects.requireNonNull(memo.get(in.readUnsignedByte())));
            case 'j' -> stack.push(Objects.requireNonNull(memo.get((int) little(Integer.BYTES))));
            case 's' -> setItems(last(2));
            case 'u' -> setItems(sinceMark());
            case 'Q' -> stack.push(storage(stack.pop()));
            case 'R' -> reduce();
            // The state of an OrderedDict is its metadata, of which no tensor depends.
            case 'b' -> stack.pop();
            default -> throw new IOException("an opcode that no state dict has: 0x" + Integer.toHexString(opcode));
        }
    }

    private void global() {
        String name = (String) stack.pop();
        stack.push(new Global((String) stack.pop(), name));
    }

    private List<Object> sinceMark() {
        List<Object> values = new ArrayList<>();
        for (Object value = stack.pop(); value != Other.MARK; value = stack.pop()) {
            values.addFirst(value);
        }
        return values;
    }

    private List<Object> last(int count) {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.addFirst(stack.pop());
        }
        return values;
    }

    private void setItems(List<Object> keysAndValues) throws IOException {
        if (!(stack.element() instanceof LinkedHashMap<?, ?>)) {
            throw new IOException("an item of what is no dict");
        }
        @SuppressWarnings("unchecked") // made here
        Map<Object, Object> dict = (Map<Object, Object>) stack.element();
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            dict.put(keysAndValues.get(i), keysAndValues.get(i + 1));
        }
    }

    private void reduce() throws IOException {
        List<?> arguments = (List<?>) stack.pop();
        String callable = stack.pop() instanceof Global(String module, String name) ? module + "." + name : "no global";
        stack.push(
                switch (callable) {
                    case "collections.OrderedDict" -> new LinkedHashMap<>();
                    case "torch._utils._rebuild_tensor_v2" -> place(arguments);
                    case "torch._utils._rebuild_parameter" -> arguments.getFirst();
                    default -> throw new IOException("it calls " + callable + ", which no state dict does");
                });
    }

    private static Place place(List<?> arguments) {
        Storage storage = (Storage) arguments.get(0);
        return new Place(
                storage.storageClass(),
                storage.record(),
                (Long) arguments.get(1),
                numbers((List<?>) arguments.get(2)),
                numbers((List<?>) arguments.get(3)));
    }

    private static List<Long> numbers(List<?> values) {
        return values.stream().map(Long.class::cast).toList();
    }

    /// Of `("storage", torch.FloatStorage, "0", "cpu", 12)`.
    private static Storage storage(Object id) {
        List<?> parts = (List<?>) id;
        return new Storage(((Global) parts.get(1)).name(), (String) parts.get(2));
    }

    private String text(long bytes) throws IOException {
        return new String(in.readNBytes(Math.toIntExact(bytes)), StandardCharsets.UTF_8);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.readUnsignedByte(); c != '\n'; c = in.readUnsignedByte()) {
            line.append((char) c);
        }
        return line.toString();
    }

    private long little(int bytes) throws IOException {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (long) in.readUnsignedByte() << (Byte.SIZE * i);
        }
        return value;
    }

    /// Two's complement in so many bytes; none are 0.
    private long number(int bytes) throws IOException {
        int unused = Long.SIZE - Byte.SIZE * bytes;
        return bytes == 0 ? 0 : little(bytes) << unused >> unused;
    }
}
