package dev.penstock.batch;

/// One column of a dataset, such as the `jpg` or the `tokens` of every sample.
///
/// @param name unique in its dataset
/// @param type what its values are made of
public record Field(String name, ElementType type) {

    public Field {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a field needs a name");
        }
    }
}
