/** The backend {@code panama-ffm}: a system BLAS through {@code java.lang.foreign}. In this release it only says that it is not there. */
package dev.sluice.backend.panama.ffm;
