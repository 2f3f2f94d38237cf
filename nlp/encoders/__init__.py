"""From texts to vectors: the bundled encoder, its adapters, and any other that is named."""
