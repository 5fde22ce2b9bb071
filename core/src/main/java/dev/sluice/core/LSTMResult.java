package dev.sluice.core;

/**
 * What an LSTM gives back.
 *
 * @param output the last layer's hidden state of every step, forward and reverse direction side by side, in the form the input had
 * @param state the states after the last step of each sequence
 */
public record LSTMResult<T>(T output, LSTMState state) {}
