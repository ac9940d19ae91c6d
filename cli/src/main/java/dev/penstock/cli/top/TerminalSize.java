package dev.penstock.cli.top;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// Columns and rows of a terminal.
public record TerminalSize(int columns, int rows) {

    /// What a terminal has that does not say.
    private static final TerminalSize USUAL = new TerminalSize(80, 24);

    private static final int STANDARD_OUTPUT = 1;

    /// TIOCGWINSZ of Linux: asks a terminal for its `struct winsize` of four 16-bit numbers, rows and columns first.
    private static final long GET_WINDOW_SIZE = 0x5413;

    private static final int WINDOW_SIZE_BYTES = 8;

    /// The terminal that standard output is; empty where it is none, or one without a cursor.
    public static Optional<TerminalSize> ofStandardOutput() {
        String kind = System.getenv("TERM");
        return kind == null || kind.equals("dumb") ? Optional.empty() : ask();
    }

    @SuppressWarnings("restricted") // the JVM is started with native access enabled
    private static Optional<TerminalSize> ask() {
        Linker linker = Linker.nativeLinker();
        MethodHandle ioctl = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("ioctl"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS),
                Linker.Option.firstVariadicArg(2));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(WINDOW_SIZE_BYTES, Short.BYTES);
            if ((int) ioctl.invokeExact(STANDARD_OUTPUT, GET_WINDOW_SIZE, size) != 0) {
                return Optional.empty();
            }
            int rows = Short.toUnsignedInt(size.getAtIndex(ValueLayout.JAVA_SHORT, 0));
            int columns = Short.toUnsignedInt(size.getAtIndex(ValueLayout.JAVA_SHORT, 1));
            return Optional.of(rows == 0 || columns == 0 ? USUAL : new TerminalSize(columns, rows));
        } catch (Throwable impossible) {
            throw new AssertionError("ioctl throws nothing", impossible);
        }
    }
}
