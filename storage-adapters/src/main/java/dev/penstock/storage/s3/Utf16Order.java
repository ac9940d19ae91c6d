package dev.penstock.storage.s3;

import dev.penstock.store.ObjectMetadata;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A listing in order of UTF-8 bytes, brought into the order of UTF-16 code units.
///
/// The two differ in one place: characters above U+FFFF are last in UTF-8, but in UTF-16 their surrogates come before
/// U+E000 to U+FFFF. So a key can be overtaken only if it holds such a character, and only by keys that equal it up to
/// there. Those stand together; they are held back and sorted, and every other key passes at once.
///
/// State of one listing; used by one thread at a time.
final class Utf16Order {

    private static final char FIRST_AFTER_SURROGATES = '\uE000';

    private final List<ObjectMetadata> held = new ArrayList<>();
    private @Nullable String heldPrefix;
    private @Nullable String previous;

    /// Takes the next object of the server's listing and returns those that nothing can overtake any more.
    ///
    /// @throws IllegalStateException when the server's listing is not in order of UTF-8
    List<ObjectMetadata> next(ObjectMetadata object) {
        String key = object.key();
        if (previous != null && compareUtf8(previous, key) >= 0) {
            throw new IllegalStateException("'" + key + "' is listed after '" + previous + "'");
        }
        previous = key;
        List<ObjectMetadata> passed = new ArrayList<>();
        if (heldPrefix != null && !key.startsWith(heldPrefix)) {
            passed.addAll(rest());
        }
        if (heldPrefix == null) {
            int overtaken = firstAfterSurrogates(key);
            if (overtaken < 0) {
                passed.add(object);
                return passed;
            }
            heldPrefix = key.substring(0, overtaken);
        }
        held.add(object);
        return passed;
    }

    /// What is still held when the listing ends.
    List<ObjectMetadata> rest() {
        held.sort(Comparator.comparing(ObjectMetadata::key));
        List<ObjectMetadata> rest = List.copyOf(held);
        held.clear();
        heldPrefix = null;
        return rest;
    }

    private static int firstAfterSurrogates(String key) {
        for (int i = 0; i < key.length(); i++) {
            if (key.charAt(i) >= FIRST_AFTER_SURROGATES) {
                return i;
            }
        }
        return -1;
    }

    private static int compareUtf8(String left, String right) {
        int length = Math.min(left.length(), right.length());
        for (int i = 0; i < length; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a != b) {
                boolean swapped = Character.isSurrogate(a) != Character.isSurrogate(b)
                        && Math.max(a, b) >= FIRST_AFTER_SURROGATES;
                return swapped ? Character.compare(b, a) : Character.compare(a, b);
            }
        }
        return Integer.compare(left.length(), right.length());
    }
}
