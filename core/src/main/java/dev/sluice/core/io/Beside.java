package dev.sluice.core.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;

/** Files that are written beside their place and moved there when they are complete, so that what was there before stays until then. */
final class Beside {
    private static final AtomicLong COUNT = new AtomicLong();

    private Beside() {}

    interface Writing {
        void to(FileChannel channel) throws IOException;
    }

    static void write(Path target, Writing writing) throws IOException {
        try {
            writeBeside(Files.exists(target) ? target.toRealPath() : target, writing); // what a link points to, not the link
        } catch (IOException e) {
            throw new IOException(target + " cannot be written: " + reason(e) + "; what was there before is untouched", e);
        }
    }

    private static void writeBeside(Path file, Writing writing) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + "." + ProcessHandle.current().pid() + "." + COUNT.incrementAndGet() + ".part");
        try {
            try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING)) {
                writing.to(channel);
                channel.force(true);
            }
            Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            if (Files.exists(beside)) {
                Files.delete(beside);
            }
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "its folder is missing";
            case AccessDeniedException _ -> "access is denied";
            case FileSystemException failed when failed.getReason() != null -> failed.getReason();
            default -> e.getMessage();
        };
    }
}
