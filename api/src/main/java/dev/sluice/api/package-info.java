/** x */
package dev.sluice.api;
