package dev.sluice.examples.stress;

import dev.sluice.core.train.Checkpoint;
import dev.sluice.core.train.Checkpoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** When a training saves itself, and what becomes of it when it cannot. */
public final class StressCheckpoints {
    private final Checkpoints folder;
    private final Checkpoint checkpoint;
    private final int every;
    private final IfNotSaved ifNotSaved;
    private int batches;

    /** What to do when a checkpoint cannot be written. */
    public enum IfNotSaved {
        /** Say so, and try again next time. */
        GO_ON,
        /** End the training. */
        STOP
    }

    /**
     * @param every so many batches, and after each epoch
     */
    public StressCheckpoints(Checkpoints folder, Checkpoint checkpoint, int every, IfNotSaved ifNotSaved) {
        this.folder = folder;
        this.checkpoint = checkpoint;
        this.every = every;
        this.ifNotSaved = ifNotSaved;
    }

    /** Goes on from the last one, if there is one; where it is. */
    public Optional<Path> resume() throws IOException {
        Optional<Path> last = folder.latest();
        if (last.isPresent()) {
            batches = Integer.parseInt(checkpoint.restore(last.get()).get("batches"));
        }
        return last;
    }

    /** To be called after each batch. */
    public void batchDone() {
        batches++;
        if (batches % every == 0) {
            save();
        }
    }

    /** Saves it now. */
    public void save() {
        try {
            folder.save(checkpoint, batches, Map.of("batches", "" + batches));
        } catch (IOException e) {
            if (ifNotSaved == IfNotSaved.STOP) {
                throw new UncheckedIOException(e);
            }
            System.err.println("checkpoint " + batches + " was not saved: " + e.getMessage() + "; the training goes on");
        }
    }
}
