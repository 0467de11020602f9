/** CLIP's text encoder and tokenizer. */
package io.dmm.model.clip;
