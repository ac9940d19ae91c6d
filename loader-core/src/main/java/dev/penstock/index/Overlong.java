package dev.penstock.index;

/// What becomes of a sample that is longer than the stated maximum; decided when indexing, counted in the index.
///
/// [#SPLIT] and [#TRUNCATE] need to know which bytes to cut, so they work on datasets with a single field.
public enum Overlong {
    /// Cut into consecutive pieces of the maximum length, each a sample of its own, named `key#0`, `key#1`, ...
    SPLIT,
    /// Keep the first elements up to the maximum.
    TRUNCATE,
    /// Leave the sample out.
    DROP,
    /// Fail the indexing, naming the sample.
    REFUSE
}
