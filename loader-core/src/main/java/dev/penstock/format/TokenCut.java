package dev.penstock.format;

/// How a stream of tokens is cut into samples.
public sealed interface TokenCut {

    /// Consecutive windows of a fixed number of tokens; the last one of a shard may be shorter.
    record Windows(int sampleLength) implements TokenCut {}

    /// Documents that end with a separator token, which belongs to the document it ends; tokens after the last
    /// separator of a shard are a document too.
    record Documents(int separator) implements TokenCut {}
}
