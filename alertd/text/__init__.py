"""Text made ready for matching: folding with offsets kept, tokens, inflections, one scan for every term."""
