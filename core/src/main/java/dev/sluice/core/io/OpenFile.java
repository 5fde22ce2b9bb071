package dev.sluice.core.io;

import dev.sluice.api.Workers;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * The bytes of a file, mapped, or of something else, in memory. Threads that use them may be interrupted: an interruptible channel, which dies of that for all, is touched only by
 * threads of our own.
 */
final class OpenFile implements AutoCloseable {
    private static final int PIECE = 1 << 20;

    private final String name; // for messages
    private final RandomAccessFile file; // null if it was read into memory
    private final MemorySegment bytes;
    private final Arena arena;

    private OpenFile(String name, RandomAccessFile file, MemorySegment bytes, Arena arena) {
        this.name = name;
        this.file = file;
        this.bytes = bytes;
        this.arena = arena;
    }

    static OpenFile of(Path path) throws IOException {
        if (path.getFileSystem() == FileSystems.getDefault() && Files.readAttributes(path, BasicFileAttributes.class).isRegularFile()) {
            return mapped(path);
        }
        boolean interrupted = Thread.interrupted(); // which may end the channels of other file systems
        try (InputStream in = Files.newInputStream(path)) {
            return of(path.toString(), in);
        } finally {
            keep(interrupted);
        }
    }

    /** An interrupt ends the channel that maps, and then another is opened. */
    private static OpenFile mapped(Path path) throws IOException {
        boolean interrupted = false;
        Arena arena = Arena.ofShared();
        try {
            while (true) {
                interrupted |= Thread.interrupted();
                RandomAccessFile file = opened(path);
                try {
                    return new OpenFile(path.toString(), file, file.getChannel().map(FileChannel.MapMode.READ_ONLY, 0, file.length(), arena), arena);
                } catch (ClosedByInterruptException e) {
                    interrupted = true;
                } catch (Throwable e) {
                    file.close();
                    throw e;
                }
            }
        } catch (Throwable e) {
            arena.close();
            throw e;
        } finally {
            keep(interrupted);
        }
    }

    private static RandomAccessFile opened(Path path) throws IOException {
        try {
            return new RandomAccessFile(path.toFile(), "r");
        } catch (FileNotFoundException e) {
            throw Files.isReadable(path) ? e : new AccessDeniedException(path.toString());
        }
    }

    private static void keep(boolean interrupted) {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    static OpenFile of(String name, byte[] bytes) {
        return new OpenFile(name, null, MemorySegment.ofArray(bytes), Arena.ofShared());
    }

    /** All that follows, in native memory. */
    static OpenFile of(String name, InputStream in) throws IOException {
        Arena arena = Arena.ofShared();
        try (Arena pieces = Arena.ofConfined()) {
            List<MemorySegment> all = new ArrayList<>();
            byte[] piece = new byte[PIECE];
            for (int count = in.readNBytes(piece, 0, PIECE); count > 0; count = in.readNBytes(piece, 0, PIECE)) {
                all.add(pieces.allocate(count).copyFrom(MemorySegment.ofArray(piece).asSlice(0, count)));
            }
            MemorySegment bytes = arena.allocate(all.stream().mapToLong(MemorySegment::byteSize).sum(), 64);
            for (int i = 0; i < all.size(); i++) {
                bytes.asSlice((long) i * PIECE).copyFrom(all.get(i));
            }
            return new OpenFile(name, null, bytes, arena);
        } catch (Throwable e) {
            arena.close();
            throw e;
        }
    }

    String name() {
        return name;
    }

    MemorySegment bytes() {
        return bytes;
    }

    /** Whether {@link #read} can read it. */
    boolean isMapped() {
        return file != null;
    }

    UncheckedIOException damaged(String what, String reason) {
        return new UncheckedIOException(new DamagedFileException(name + ": " + what + ": " + reason));
    }

    /**
     * Lets {@code use} read the bytes.
     *
     * @param what is asked for, for messages
     */
    void use(String what, Consumer<MemorySegment> use) {
        try {
            requireLength(what);
            use.accept(bytes);
            requireLength(what); // what is beyond the end of a mapped file is 0 up to the end of its page
        } catch (InternalError e) { // and then a fault
            throw shortened(what);
        } catch (IllegalStateException e) {
            requireOpen(what);
            throw e;
        }
    }

    void requireOpen(String what) {
        if (!arena.scope().isAlive()) {
            throw new IllegalStateException(name + ": " + what + " is asked for after the file was closed; use it before, or keep a copy of it (toTensor)");
        }
    }

    private void requireLength(String what) {
        requireOpen(what);
        if (file != null && length(what) < bytes.byteSize()) {
            throw shortened(what);
        }
    }

    private long length(String what) {
        try {
            return file.length();
        } catch (IOException e) {
            requireOpen(what);
            throw damaged(what, "its file can no longer be read: " + e.getMessage());
        }
    }

    private UncheckedIOException shortened(String what) {
        return damaged(what, "another program made the file shorter than the " + bytes.byteSize() + " bytes it had when it was opened; open it again, and write files beside "
                + "their place and move them there");
    }

    /** Reads numbers where they belong; through the mapping each of its pages would cost a fault, which takes twice as long. To be used inside {@link #onOwnThread}. */
    void read(Workers workers, String what, long from, MemorySegment to) {
        FileChannel channel = file.getChannel();
        workers.run((int) Math.ceilDiv(to.byteSize(), PIECE), i -> {
            long first = (long) i * PIECE;
            ByteBuffer piece = to.asSlice(first, Math.min(PIECE, to.byteSize() - first)).asByteBuffer();
            try {
                for (long at = from + first; piece.hasRemaining(); ) {
                    int count = channel.read(piece, at);
                    if (count < 0) {
                        throw shortened(what);
                    }
                    at += count;
                }
            } catch (ClosedChannelException e) {
                requireOpen(what);
                throw new UncheckedIOException(e);
            } catch (IOException e) {
                throw damaged(what, "it cannot be read: " + e.getMessage());
            }
        });
    }

    /** Runs {@code work} on a thread that nobody can interrupt. */
    static void onOwnThread(Runnable work) {
        try {
            CompletableFuture.runAsync(work, task -> {
                Thread thread = Thread.ofPlatform().name("sluice-reader").daemon().inheritInheritableThreadLocals(false).unstarted(task);
                thread.setContextClassLoader(null);
                thread.start();
            }).join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                default -> throw e;
            }
        }
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
            try {
                if (file != null) {
                    file.close();
                }
            } catch (IOException nothingWasWritten) {
                // and so nothing is lost
            }
        }
    }
}
