package dev.penstock.trainer.weights;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The element types that weight files carry, under the names that each format gives them.
enum WeightType {
    F64("F64", "DoubleStorage", ScalarType.Double, 8),
    I64("I64", "LongStorage", ScalarType.Long, 8),
    F32("F32", "FloatStorage", ScalarType.Float, 4),
    I32("I32", "IntStorage", ScalarType.Int, 4),
    F16("F16", "HalfStorage", ScalarType.Half, 2),
    BF16("BF16", "BFloat16Storage", ScalarType.BFloat16, 2),
    I16("I16", "ShortStorage", ScalarType.Short, 2),
    I8("I8", "CharStorage", ScalarType.Char, 1),
    U8("U8", "ByteStorage", ScalarType.Byte, 1),
    BOOL("BOOL", "BoolStorage", ScalarType.Bool, 1);

    private final String safetensorsName;
    private final String storageClass;
    private final ScalarType scalarType;
    private final int widthBytes;

    WeightType(String safetensorsName, String storageClass, ScalarType scalarType, int widthBytes) {
        this.safetensorsName = safetensorsName;
        this.storageClass = storageClass;
        this.scalarType = scalarType;
        this.widthBytes = widthBytes;
    }

    static Optional<WeightType> named(String safetensorsName) {
        return Arrays.stream(values())
                .filter(type -> type.safetensorsName.equals(safetensorsName))
                .findFirst();
    }

    static Optional<WeightType> ofStorage(String storageClass) {
        return Arrays.stream(values())
                .filter(type -> type.storageClass.equals(storageClass))
                .findFirst();
    }

    /// @param tensor for the message
    static WeightType of(String tensor, ScalarType scalarType) {
        return Arrays.stream(values())
                .filter(type -> type.scalarType == scalarType)
                .findFirst()
                .orElseThrow(() -> new ConfigurationException(FailureMessage.of("writing weights")
                        .with("tensor", tensor)
                        .with("type", scalarType)
                        .with("supported", Arrays.toString(values()))
                        .remedy("convert the tensor to one of these types")));
    }

    String safetensorsName() {
        return safetensorsName;
    }

    /// Name of the class in Python's `torch` that a pickled tensor refers to.
    String storageClass() {
        return storageClass;
    }

    ScalarType scalarType() {
        return scalarType;
    }

    int widthBytes() {
        return widthBytes;
    }
}
