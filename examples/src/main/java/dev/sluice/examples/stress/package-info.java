/** The parts of {@link dev.sluice.examples.WordStress}: its data, its model, the file it saves, and how it scores. */
package dev.sluice.examples.stress;
