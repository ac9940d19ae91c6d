package dev.penstock.format;

import dev.penstock.batch.ElementType;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The name of a WebDataset member as sample key and field name.
///
/// The key is the path up to the first dot of its last component, the field the rest in lower case:
/// `train/0001.seg.PNG` is field `seg.png` of sample `train/0001`.
///
/// @param key shared by the members of one sample
/// @param field unique in a sample
public record MemberName(String key, String field) {

    /// The last extension of a field that holds raw little-endian numbers; any other field is bytes.
    private static final Map<String, ElementType> NUMBERS = Map.of(
            "u8", ElementType.UINT8,
            "i8", ElementType.INT8,
            "u16", ElementType.UINT16,
            "i16", ElementType.INT16,
            "i32", ElementType.INT32,
            "i64", ElementType.INT64,
            "f32", ElementType.FLOAT32,
            "f64", ElementType.FLOAT64);

    /// Empty for a name that belongs to no sample: no dot in the last component, nothing before or after it, or a
    /// first component of the form `__x__`, which WebDataset keeps for itself.
    public static Optional<MemberName> of(String path) {
        int dot = path.indexOf('.', path.lastIndexOf('/') + 1);
        boolean named = dot > path.lastIndexOf('/') + 1 && dot < path.length() - 1;
        return named && !isReserved(path)
                ? Optional.of(new MemberName(
                        path.substring(0, dot), path.substring(dot + 1).toLowerCase(Locale.ROOT)))
                : Optional.empty();
    }

    /// What the elements of a field are, told by its last extension: `prices.f32` holds float32.
    public static ElementType elementType(String field) {
        return NUMBERS.getOrDefault(field.substring(field.lastIndexOf('.') + 1), ElementType.UINT8);
    }

    /// The name of a field without the extension that says its type: `prices` for `prices.f32`, `seg.png` for itself.
    public static String withoutElementType(String field) {
        int dot = field.lastIndexOf('.');
        return dot > 0 && NUMBERS.containsKey(field.substring(dot + 1)) ? field.substring(0, dot) : field;
    }

    /// Whether the path stays below the directory it is unpacked into: relative, and without a `..` component.
    public static boolean isContained(String path) {
        return !path.startsWith("/") && !("/" + path + "/").contains("/../");
    }

    /// Whether the first component is of the form `__x__`.
    public static boolean isReserved(String path) {
        int slash = path.indexOf('/');
        String first = slash < 0 ? path : path.substring(0, slash);
        return first.length() >= 4 && first.startsWith("__") && first.endsWith("__");
    }
}
