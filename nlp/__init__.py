"""From a text to an assessment: encoder, heads, entities, language, training and evaluation."""
