/** Backends with one fault each, all of which the conformance kit must catch by the rule they break. */
package dev.sluice.api.wrong;
