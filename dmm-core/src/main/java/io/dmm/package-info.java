/** What a user types: distil experts into one model, sample it, mix its styles, extend it. */
package io.dmm;
