/** What names and shapes that do not fit a module tell, for messages; not for other modules. */
package dev.sluice.core.fit;
