"""Text to terms: normalise, morphemes by Kiwi, syllable bigrams; every term points into the stored text."""
