/** What programs show while they work. */
package dev.sluice.examples.terminal;
