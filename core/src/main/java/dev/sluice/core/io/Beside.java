package dev.sluice.core.io;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Files that are written beside their place and moved there when they are complete, so that what was there before stays until then. No channel is written to: an interrupted thread
 * would close it.
 */
final class Beside {
    /** {@code model.pt.03f5a1c2d4e6b789.part}; before, it was the number of the process and a count. */
    private static final Pattern NAME = Pattern.compile("(.+)\\.(?:[0-9a-f]{16}|\\d+\\.\\d+)\\.part", Pattern.DOTALL);

    /** Of the target's name: most file systems take 255 bytes, and a letter may have four. */
    private static final int MOST_LETTERS = 50;

    private static final int ATTEMPTS = 10;
    private static final int MOST_LINKS = 40;

    /** The names of what this process writes now; to look whether one is locked would end its lock, which is the process's. */
    private static final Set<String> WRITING = ConcurrentHashMap.newKeySet();

    private Beside() {}

    interface Writing {
        void to(OutputStream out) throws IOException;
    }

    /** May write several times. */
    static void write(Path target, Writing writing) throws IOException {
        if (Files.exists(target) && !Files.isRegularFile(target) && !Files.isDirectory(target)) {
            writeThrough(target, writing);
            return;
        }
        Path file = target;
        try {
            file = pointedTo(target);
            for (int attempt = 0; !isWrittenBeside(file, writing); attempt++) {
                if (attempt == ATTEMPTS) {
                    throw new FileSystemException(target.toString(), null, "somebody deletes what is written beside it");
                }
            }
        } catch (IOException e) {
            throw new IOException(target + " cannot be written: " + reason(file, e) + "; what was there before is untouched", e);
        }
    }

    /** A pipe or a device is no file to be replaced. */
    private static void writeThrough(Path target, Writing writing) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(target, StandardOpenOption.WRITE), Bytes.PIECE)) {
            writing.to(out);
        } catch (IOException e) {
            throw new IOException(target + " cannot be written: " + reason(target, e), e);
        }
    }

    /** What a link points to, whether it is there or not; not the link. */
    private static Path pointedTo(Path target) throws IOException {
        Path file = target;
        for (int links = 0; Files.isSymbolicLink(file); links++) {
            if (links == MOST_LINKS) {
                throw new FileSystemException(target.toString(), null, "it is a link that leads back to itself");
            }
            file = file.resolveSibling(Files.readSymbolicLink(file));
        }
        return file;
    }

    /** Not if somebody took it for a leftover in the moment before it was locked, or after. */
    private static boolean isWrittenBeside(Path file, Writing writing) throws IOException {
        boolean replaces = Files.exists(file);
        requireReplaceable(file, replaces);
        Path beside = created(file);
        try {
            if (replaces && file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.setPosixFilePermissions(beside, Files.getPosixFilePermissions(file));
            }
            if (file.getFileSystem() == FileSystems.getDefault()) {
                writeLocked(beside, writing);
            } else {
                try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(beside), Bytes.PIECE)) {
                    writing.to(out);
                }
            }
            Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } finally {
            Files.deleteIfExists(beside);
            WRITING.remove(beside.getFileName().toString());
        }
    }

    private static void requireReplaceable(Path file, boolean exists) throws FileSystemException {
        if (file.getFileSystem().isReadOnly()) {
            throw new FileSystemException(file.toString(), null, "its file system is read-only");
        } else if (Files.isDirectory(file)) {
            throw new FileSystemException(file.toString(), null, "it is a folder");
        } else if (exists && !Files.isWritable(file)) {
            throw new AccessDeniedException(file.toString());
        }
    }

    /** A new file, with the permissions that any new file has. */
    private static Path created(Path file) throws IOException {
        String name = file.getFileName().toString();
        String start = name.substring(0, name.offsetByCodePoints(0, Math.min(MOST_LETTERS, name.codePointCount(0, name.length()))));
        while (true) {
            String drawn = start + "." + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()) + ".part";
            WRITING.add(drawn);
            try {
                return Files.createFile(file.resolveSibling(drawn));
            } catch (IOException e) {
                WRITING.remove(drawn);
                if (!(e instanceof FileAlreadyExistsException)) {
                    throw e;
                }
            }
        }
    }

    private static void writeLocked(Path beside, Writing writing) throws IOException {
        try (FileOutputStream file = new FileOutputStream(beside.toFile()); OutputStream out = new BufferedOutputStream(file, Bytes.PIECE)) {
            isLocked(file.getChannel());
            writing.to(out);
            out.flush();
            file.getFD().sync();
        }
    }

    /**
     * Deletes what nobody writes any more.
     *
     * @param of the files that were to be written, by the beginning of their names
     */
    static void deleteLeftovers(Path folder, Predicate<String> of) throws IOException {
        if (folder.getFileSystem() != FileSystems.getDefault()) {
            return; // what a killed process wrote never came into an archive
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(file -> isTemporary(file, of)).toList()) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    if (isLocked(channel)) {
                        Files.deleteIfExists(file);
                    }
                } catch (IOException e) {
                    // it is gone already, or not ours to delete
                }
            }
        }
    }

    private static boolean isTemporary(Path file, Predicate<String> of) {
        String name = file.getFileName().toString();
        Matcher matcher = NAME.matcher(name);
        return matcher.matches() && of.test(matcher.group(1)) && !WRITING.contains(name) && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
    }

    /** Whether this channel has the lock now, until it is closed; some file systems know no locks. */
    private static boolean isLocked(FileChannel channel) {
        try {
            return channel.tryLock() != null;
        } catch (IOException | OverlappingFileLockException e) {
            return false;
        }
    }

    private static String reason(Path file, IOException e) {
        return switch (e) {
            case NoSuchFileException _ when Files.notExists(file.toAbsolutePath().getParent()) -> "its folder is missing";
            case AccessDeniedException _ -> "access is denied";
            case FileSystemException failed when failed.getReason() != null -> failed.getReason();
            case IOException other when other.getMessage() == null -> other.getClass().getSimpleName();
            default -> e.getMessage();
        };
    }
}
