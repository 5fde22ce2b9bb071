/** LSTM networks: layers, packed sequences, and the training of them, on whatever backend there is. */
@SuppressWarnings("requires-automatic") // Guice has a module name, but no descriptor
module dev.sluice.core {
    requires transitive dev.sluice.api;
    requires com.fasterxml.jackson.core;
    requires static com.google.guice;

    exports dev.sluice.core;
    exports dev.sluice.core.io;
    exports dev.sluice.core.nn;
    exports dev.sluice.core.train;
}
