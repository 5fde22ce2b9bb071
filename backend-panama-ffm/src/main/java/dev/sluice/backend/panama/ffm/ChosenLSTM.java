package dev.sluice.backend.panama.ffm;

import dev.sluice.api.LSTMKernel;
import dev.sluice.api.Matrix;

/** Layers step by step with the library's products, or by the Java backend's kernel, whichever is ahead. */
final class ChosenLSTM implements LSTMKernel {
    private final LSTMKernel library;
    private final LSTMKernel java;
    private final Choice choice;

    ChosenLSTM(LSTMKernel library, LSTMKernel java, Choice choice) {
        this.library = library;
        this.java = java;
        this.choice = choice;
    }

    private LSTMKernel training(int hiddenSize) {
        return hiddenSize >= choice.training() ? library : java;
    }

    private LSTMKernel inference(int hiddenSize) {
        return hiddenSize >= choice.inference() ? library : java;
    }

    @Override
    public int savedWidth(Weights weights) {
        return training(weights.hiddenSize()).savedWidth(weights);
    }

    @Override
    public Prepared prepare(Weights weights) {
        LSTMKernel training = training(weights.hiddenSize()), inference = inference(weights.hiddenSize());
        return training == inference ? training.prepare(weights) : new Both(training, inference, weights);
    }

    /** Weights prepared for the one, for the other, or for both, when it is first needed. */
    private static final class Both implements Prepared {
        private final LSTMKernel forTraining;
        private final LSTMKernel forInference;
        private final Weights weights;
        private Prepared training;
        private Prepared inference;

        Both(LSTMKernel forTraining, LSTMKernel forInference, Weights weights) {
            this.forTraining = forTraining;
            this.forInference = forInference;
            this.weights = weights;
        }

        private synchronized Prepared training() {
            training = training == null ? forTraining.prepare(weights) : training;
            return training;
        }

        private synchronized Prepared inference() {
            inference = inference == null ? forInference.prepare(weights) : inference;
            return inference;
        }

        @Override
        public void infer(Steps steps, Matrix x, States first, Matrix y, States last) {
            inference().infer(steps, x, first, y, last);
        }

        @Override
        public void forward(Steps steps, Pass pass, States last) {
            training().forward(steps, pass, last);
        }

        @Override
        public void backward(Steps steps, Pass pass, OutputGradients given, InputGradients wanted) {
            training().backward(steps, pass, given, wanted);
        }

        @Override
        public Matrix cells(Matrix saved) {
            return training().cells(saved);
        }

        @Override
        public synchronized void close() {
            if (training != null) {
                training.close();
            }
            if (inference != null) {
                inference.close();
            }
        }
    }
}
